"""What `docs/security.md` names is there."""

import re
from pathlib import Path

import pytest

PAGE = Path("docs/security.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.+?) \| (.+?) \| (.*) \|$", PAGE, re.MULTILINE)
STATES = ("met", "partly", "open", "the front server's", "nothing of the kind", "deviation")
TESTS = {path.name for path in Path("tests").rglob("test_*.py")}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/.]+)`", PAGE))))
def test_every_path_of_a_test_is_there(path: str) -> None:
    assert Path(path).exists()


def test_every_name_of_a_test_is_there() -> None:
    assert set(re.findall(r"`(test_\w+\.py)`", PAGE)) <= TESTS


def test_every_requirement_stands_once_with_an_honest_state() -> None:
    numbers = [number for number, *_ in TABLE]
    assert len(numbers) == len(set(numbers)) >= 205
    for number, _, how, state, _ in TABLE:
        assert how, number
        assert state.startswith(STATES), f"{number}: {state}"


def test_what_is_met_by_a_test_names_it() -> None:
    assert [number for number, _, _, state, shown in TABLE if state == "met" and not shown] == []
