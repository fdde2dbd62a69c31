"""All readings of one meter for a file, row by row from the database."""

from collections.abc import Iterator
from decimal import Decimal

from accounts.models import User
from meters.exports.rows import ExportedMeter, ExportedReading, ExportedScale
from meters.history_filter import HistoryFilter
from meters.models import Meter, Reading
from meters.plausibility.values import as_shown
from meters.queries.history import get_visible_readings
from meters.queries.places import Neighbourhood

FINEST = 4
"""Digits after the point of a stored reading, when the supplier has not said how many the meter has."""
CHUNK = 500


def get_exported_meter(around: Neighbourhood) -> ExportedMeter:
    """The meter of a resident's neighbourhood, with no word of whose it is. No statement."""
    place, meter = around.place, around.place.meter
    return ExportedMeter(
        pk=meter.pk,
        serial=meter.label,
        model=meter.model,
        service=around.link.account.service,
        ratio=meter.ratio,
        capacity=Decimal(10) ** meter.digits_left if meter.digits_left else None,
        places=FINEST if meter.digits_right is None else meter.digits_right,
        installed_on=place.installation.installed_on,
        removed_on=place.installation.removed_on,
        scales=tuple(
            ExportedScale(
                scale.pk,
                scale.code,
                scale.name,
                scale.unit,
                opening=_show(scale.opening_value, meter),
                closing=_show(scale.closing_value, meter),
            )
            for scale in around.scales
        ),
    )


def _show(value: Decimal | None, meter: Meter) -> Decimal | None:
    return None if value is None else as_shown(value, meter.digits_right)


def get_exported_readings(
    user: User, around: Neighbourhood, meter: ExportedMeter, wanted: HistoryFilter
) -> Iterator[ExportedReading]:
    """The wanted readings of the days the resident may see: by scale, the oldest first.

    One statement, read in chunks.
    """
    scales = {scale.pk: scale for scale in meter.scales}
    digits = around.place.meter.digits_right
    rows = wanted.choose(get_visible_readings(user, around.place)).order_by(
        "scale__code", "scale_id", "taken_on", "kind", "source"
    )
    fields = rows.values_list("scale_id", "taken_on", "value", "kind", "source", "submission__receipt")
    for scale_id, taken_on, value, kind, source, receipt in fields.iterator(chunk_size=CHUNK):
        yield ExportedReading(
            scale=scales[scale_id],
            taken_on=taken_on,
            value=as_shown(value, digits),
            kind=kind,
            kind_name=str(Reading.Kind(kind).label),
            source=source,
            source_name=str(Reading.Source(source).label) if source else "",
            receipt=receipt or "",
        )
