"""The geometry of the bar chart: figures in, rectangles out; drawn by ``templates/_bars.html``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.formats import format_number, read_decimal

HEIGHT = 132
STEP = 32
BAR_WIDTH = 21
BEFORE_WIDTH = 5
"""The year before is a thin line at the left of its bar: a shape of its own, not a colour alone."""
LEAST_PLACES = 12
"""A few months take their own part of the width, and are not blown up to fill it."""


@dataclass(frozen=True)
class Bar:
    """One bar of the chart, in the units of its viewBox."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    label: str
    short: str
    text: str
    is_current: bool
    before_x: int = 0
    before_y: int = 0
    before_width: int = 0
    before_height: int = 0
    before_text: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its bars and the size of its viewBox."""

    bars: list[Bar]
    width: int
    height: int
    has_before: bool = False


def draw_bars(rows: Sequence[Mapping[str, Any]]) -> Chart:
    """Scale the rows to the tallest one.

    A row has ``label``, ``value`` and optionally ``short`` (under the bar), ``text`` (in the table), ``current``; with
    ``before`` the same month a year ago stands beside it. A value of nought still shows a line, so that nobody takes it
    for a gap.
    """
    values = [max(read_decimal(row["value"]) or Decimal(0), Decimal(0)) for row in rows]
    former = [read_decimal(row.get("before")) for row in rows]
    tallest = max([*values, *(value for value in former if value is not None)], default=Decimal(0)) or Decimal(1)
    bars = []
    for place, (row, value, before) in enumerate(zip(rows, values, former, strict=True)):
        height = max(round(value / tallest * HEIGHT), 2)
        before_height = 0 if before is None else max(round(before / tallest * HEIGHT), 2)
        x = place * STEP + (STEP - BAR_WIDTH) // 2
        bars.append(
            Bar(
                x=x,
                y=HEIGHT - height,
                width=BAR_WIDTH,
                height=height,
                middle=x + BAR_WIDTH // 2,
                label=str(row["label"]),
                short=str(row.get("short", "")),
                text=str(row.get("text") or format_number(value)),
                is_current=bool(row.get("current", False)),
                before_x=x - BEFORE_WIDTH,
                before_y=HEIGHT - before_height,
                before_width=BEFORE_WIDTH,
                before_height=before_height,
                before_text="" if before is None else format_number(before),
            )
        )
    has_before = any(value is not None for value in former)
    return Chart(bars=bars, width=max(len(bars), LEAST_PLACES) * STEP, height=HEIGHT, has_before=has_before)
