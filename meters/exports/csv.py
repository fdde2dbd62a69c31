"""CSV by RFC 4180 as Russian spreadsheets open it: UTF-8 with a mark, semicolons, a comma in fractions."""

import csv
from collections.abc import Iterable, Iterator

from meters.exports.cells import make_harmless
from meters.exports.columns import HEADINGS
from meters.exports.rows import ExportedReading

BYTE_ORDER_MARK = "\ufeff"


class _Line:
    """What `csv.writer` writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def write_csv(rows: Iterable[ExportedReading]) -> Iterator[str]:
    """Line by line, each ending in CR LF. Dates are ISO 8601."""
    writer = csv.writer(_Line(), delimiter=";", lineterminator="\r\n")
    yield BYTE_ORDER_MARK + _write(writer.writerow(HEADINGS))
    for row in rows:
        cells = (
            row.taken_on.isoformat(),
            row.scale.name,
            row.scale.code,
            f"{row.value:f}".replace(".", ","),
            row.scale.unit,
            row.kind_name,
            row.source_name,
            row.receipt,
        )
        yield _write(writer.writerow([make_harmless(cell) for cell in cells]))


def _write(line: object) -> str:
    return str(line)
