"""Whoever runs an import by hand sees how far it is."""

import io
from pathlib import Path

import pytest

from exchange.operations import import_registry
from exchange.progress import TerminalProgress, describe_reading
from tests.exchange.packages import CLEAN, write_package
from tests.factories import NOW


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (0, 100, 0, "[........................] читаем 0 %"),
        (25_000_000, 100_000_000, 10, "[######..................] читаем 25 %, 2,5 МБ/с, осталось 0:30"),
        (100_000_000, 1_000_000_000, 10, "[##......................] читаем 10 %, 10,0 МБ/с, осталось 1:30"),
        (101, 100, 1, "[########################] читаем 100 %, 0,0 МБ/с, осталось 0:00"),
        (0, 0, 0, "[########################] читаем 100 %"),
    ],
)
def test_tells_share_rate_and_remaining_time(done: int, total: int, seconds: float, words: str) -> None:
    assert describe_reading(done, total, seconds) == words


@pytest.mark.django_db
def test_draws_one_line_over_and_over(tmp_path: Path) -> None:
    drawn, ticks = io.StringIO(), iter(range(1000))
    progress = TerminalProgress(drawn, lambda: float(next(ticks)))

    import_registry(write_package(tmp_path / "p", CLEAN), at=NOW, progress=progress)
    progress.finish()

    lines = [line.rstrip() for line in drawn.getvalue().split("\r")]
    assert "[........................] сравниваем и пишем branches.csv, 1 из 9" in lines
    assert any("читаем 100 %" in line for line in lines)
    assert lines[-1] == ""
    assert "\n" not in drawn.getvalue()
