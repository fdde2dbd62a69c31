"""Pure rules: the figures of an import as a person reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exchange.progress import MEGABYTE


@dataclass(frozen=True)
class Told:
    """`share` is a percentage, None where no end can be told."""

    words: str
    share: int | None = None


def describe_progress(figures: Mapping[str, Any]) -> Told:
    """What `LeasedProgress.get_figures` says, in words."""
    stage = figures.get("stage")
    if stage == "reading":
        done, total, rate = int(figures["done"]), int(figures["total"]), int(figures.get("rate", 0))
        words = f"Читаем: {_megabytes(done)} из {_megabytes(total)} МБ"
        if rate >= MEGABYTE // 10:
            words += f", {_megabytes(rate)} МБ/с"
        if "left" in figures:
            words += f", осталось {describe_time(int(figures['left']))}"
        return Told(words, 100 * done // total if total else None)
    if stage == "writing":
        number, of = int(figures["number"]), int(figures["of"])
        return Told(f"Сравниваем и пишем {figures['file']}, {number} из {of}", 100 * (number - 1) // of)
    if stage == "settling":
        return Told("Всё записано, рассказываем остальным частям портала")
    if stage == "fetching":
        return Told(f"Забираем пакет: {_megabytes(int(figures.get('done', 0)))} МБ")
    return Told("Начинаем")


def describe_time(seconds: int) -> str:
    """«меньше минуты», «около 4 мин»."""
    return "меньше минуты" if seconds < 60 else f"около {round(seconds / 60)} мин"


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f}".replace(".", ",")
