"""Pure rules: cells of a CSV file that no spreadsheet takes for a formula (OWASP ASVS 1.2.10; RFC 4180)."""

from collections.abc import Iterable

from meters.exports.cells import make_harmless

DELIMITER = ";"
_NEEDS_QUOTES = frozenset('";\r\n')


def join_cells(cells: Iterable[str]) -> str:
    """One line of a file, harmless, quoted where it must be, with its line feed."""
    return DELIMITER.join(_quote(make_harmless(cell)) for cell in cells) + "\n"


def _quote(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.intersection(cell) else cell
