"""docs/registry-operations.md says what is so: its commands are understood, its codes are the code's."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, load_command_class

from exchange.management.commands import import_registry, import_reply
from exchange.rejects import MOST_KEPT
from tests.exchange.packages import CLEAN, write_package

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "registry-operations.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"^manage\.py ([^#>\n]+)|`manage\.py ([a-z_]+ --once)`", PAGE, re.MULTILINE)))


@pytest.mark.parametrize("words", [(first or second).split() for first, second in COMMANDS], ids=" ".join)
def test_each_command_is_understood(words: list[str]) -> None:
    name, *arguments = words
    parser = load_command_class("exchange", name).create_parser("manage.py", name)

    assert parser.parse_args(arguments)


def test_the_page_names_enough_of_them() -> None:
    named = {(first or second).split()[0] for first, second in COMMANDS}
    assert named == {"import_registry", "export_readings", "import_reply", "watch_packages", "run_imports"}


def test_the_exit_codes_are_those_of_the_commands() -> None:
    told = {int(code): words for code, words in re.findall(r"^\| (\d) \| ([^|]+)", PAGE, re.MULTILINE)}
    assert set(told) == {0, 1, import_registry.UNREADABLE, import_registry.HELD, import_registry.BUSY}
    assert "not read" in told[import_registry.UNREADABLE]
    assert "held" in told[import_registry.HELD]
    assert "busy" in told[import_registry.BUSY]
    assert (import_reply.UNREADABLE, import_reply.NOT_ALL) == (2, 3)


def test_the_settings_are_there() -> None:
    assert f"without its marker is taken; {settings.REGISTRY_INBOX_QUIET} |" in PAGE
    assert f"up to {MOST_KEPT:,} of a".replace(",", " ") in PAGE


@pytest.mark.django_db
def test_the_report_of_a_machine_has_the_parts_the_page_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = re.search(r"`--json` writes `\{([^}]+)\}`", PAGE)
    assert parts
    wanted = parts[1].split(", ")

    call_command("import_registry", str(write_package(tmp_path / "p", CLEAN)), "--json", "--dry-run")
    assert list(json.loads(capsys.readouterr().out)) == wanted
    with pytest.raises(CommandError):
        call_command("import_registry", str(tmp_path / "nothing"), "--json")
    assert list(json.loads(capsys.readouterr().out)) == wanted
