"""Join the style sheets of the face into one file, so that a first visit asks for one."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

FOLDER = Path(settings.BASE_DIR) / "static" / "css"
SOURCE = FOLDER / "app.source.css"
JOINED = FOLDER / "app.css"
IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\) layer\((?P<layer>\w+)\);\n')
COMMENT = re.compile(r"/\*(?!!).*?\*/\n?", re.DOTALL)
CHARSET = '@charset "UTF-8";'


def join_css() -> str:
    """Return the text of ``app.css``: each imported file within its layer, without comments."""

    def read_layer(match: re.Match[str]) -> str:
        text = (FOLDER / match["path"]).read_text(encoding="utf-8").removeprefix(CHARSET)
        return f"@layer {match['layer']} {{\n{COMMENT.sub('', text).strip()}\n}}\n"

    return IMPORT.sub(read_layer, COMMENT.sub("", SOURCE.read_text(encoding="utf-8"))).lstrip()


class Command(BaseCommand):
    """Write ``static/css/app.css``, or with ``--check`` only say whether it is as it should be."""

    help = "Joins static/css/*.css into static/css/app.css."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        text = join_css()
        if options["check"]:
            if JOINED.read_text(encoding="utf-8") != text:
                raise CommandError("static/css/app.css is older than its sources: run manage.py join_css.")
            return
        JOINED.write_text(text, encoding="utf-8")
        self.stdout.write(f"{JOINED.name}: {len(text)} characters")
