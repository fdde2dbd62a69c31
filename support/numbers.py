"""Numbers of reports: «О-26-000123». Pure."""

import re

_TYPED = re.compile(r"\s*(?:[ОоOo0]\s*[-–— ]?\s*)?(\d{2})\s*[-–— ]\s*(\d{1,9})\s*")


def format_report_number(year: int, counter: int) -> str:
    return f"О-{year % 100:02d}-{counter:06d}"


def read_report_number(typed: str) -> str | None:
    """The number as it is kept, from what a person types: Latin «O», no «O», spaces, no zeros. None: it is none."""
    found = _TYPED.fullmatch(typed)
    return format_report_number(int(found[1]), int(found[2])) if found else None
