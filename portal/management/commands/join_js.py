"""Join the modules of the face into one script, so that a first visit asks for one."""

import posixpath
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

FOLDER = Path(settings.BASE_DIR) / "static" / "js"
SOURCE, JOINED = "app.js", FOLDER / "joined.js"
HEAD = """// Joined from the modules beside it by `manage.py join_js`; a test compares. Edit those, not this.
const modules = {};
const taken = {};
function take(name) {
if (!(name in taken)) modules[name]((taken[name] = {}));
return taken[name];
}
"""
# The few forms in which the modules here take in and give out; anything else is refused.
NAMED = re.compile(r'^import \{ (?P<names>[\w, ]+) \} from "(?P<path>[^"]+)";$', re.MULTILINE)
WHOLE = re.compile(r'^import "(?P<path>[^"]+)";$', re.MULTILINE)
LATER = re.compile(r'import\("(?P<path>[^"]+)"\)')
DEFAULT = re.compile(r"^export default (?P<kind>(?:async )?function) (?P<name>\w+)", re.MULTILINE)
GIVEN = re.compile(r"^export (?P<kind>(?:async )?function|const) (?P<name>\w+)", re.MULTILINE)
COMMENT = re.compile(r"^[ ]*//[^\n]*\n|^[ ]*/\*\*.*?\*/\n", re.MULTILINE | re.DOTALL)
LEFT_OVER = re.compile(r"^\s*(?:import|export)\b", re.MULTILINE)


def join_js() -> str:
    """Return the text of ``joined.js``: each module within a function of its own, made when it is first asked for."""
    joined: dict[str, str] = {}
    waiting = [SOURCE]
    while waiting:
        name = waiting.pop()
        if name not in joined:
            text = COMMENT.sub("", (FOLDER / name).read_text(encoding="utf-8")).strip()
            waiting += [_resolve(name, match["path"]) for way in (NAMED, WHOLE, LATER) for match in way.finditer(text)]
            joined[name] = _wrap(name, text)
    return HEAD + "".join(joined[name] for name in sorted(joined)) + f'take("{SOURCE}");\n'


def _wrap(name: str, text: str) -> str:
    given = [match["name"] for match in GIVEN.finditer(text)]
    given += [f"default: {match['name']}" for match in DEFAULT.finditer(text)]
    text = NAMED.sub(lambda match: f'const {{ {match["names"]} }} = take("{_resolve(name, match["path"])}");', text)
    text = WHOLE.sub(lambda match: f'take("{_resolve(name, match["path"])}");', text)
    text = LATER.sub(lambda match: f'Promise.resolve(take("{_resolve(name, match["path"])}"))', text)
    text = GIVEN.sub(r"\g<kind> \g<name>", DEFAULT.sub(r"\g<kind> \g<name>", text))
    if LEFT_OVER.search(text):
        raise CommandError(f"static/js/{name} takes in or gives out in a form that join_js does not know.")
    out = f"Object.assign(out, {{ {', '.join(given)} }});\n" if given else ""
    return f'modules["{name}"] = (out) => {{\n{text}\n{out}}};\n'


def _resolve(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


class Command(BaseCommand):
    """Write ``static/js/joined.js``, or with ``--check`` only say whether it is as it should be."""

    help = "Joins static/js/app.js and what it takes in into static/js/joined.js."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        text = join_js()
        if options["check"]:
            if JOINED.read_text(encoding="utf-8") != text:
                raise CommandError("static/js/joined.js is older than its sources: run manage.py join_js.")
            return
        JOINED.write_text(text, encoding="utf-8")
        self.stdout.write(f"{JOINED.name}: {len(text)} characters")
