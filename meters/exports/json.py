"""JSON: the meter, its scales, then every reading. Values are decimal text, so that no digit is lost."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from meters.exports.rows import ExportedMeter, ExportedReading


def write_json(meter: ExportedMeter, rows: Iterable[ExportedReading]) -> Iterator[str]:
    """Piece by piece; together they are one object."""
    head = {
        "serial": meter.serial,
        "model": meter.model,
        "service": meter.service,
        "ratio": _write(meter.ratio),
        "installed_on": _write(meter.installed_on),
        "removed_on": _write(meter.removed_on),
        "scales": [
            {
                "code": scale.code,
                "name": scale.name,
                "unit": scale.unit,
                "opening_value": _write(scale.opening),
                "closing_value": _write(scale.closing),
            }
            for scale in meter.scales
        ],
    }
    yield f'{{"meter": {_dump(head)}, "readings": ['
    separator = "\n"
    for row in rows:
        yield separator + _dump(
            {
                "taken_on": _write(row.taken_on),
                "scale": row.scale.code,
                "value": _write(row.value),
                "kind": row.kind,
                "source": row.source,
                "receipt": row.receipt,
            }
        )
        separator = ",\n"
    yield "\n]}\n"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write(value: date | Decimal | None) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else f"{value:f}"
