"""Rows and a meter to export, without a database."""

from datetime import date
from decimal import Decimal

from meters.exports.rows import ExportedMeter, ExportedReading, ExportedScale

DAY = ExportedScale(7, "1", "День", "кВт·ч", Decimal(0))


def make_reading(value: str, on: date, *, kind: str = "actual", scale: ExportedScale = DAY) -> ExportedReading:
    return ExportedReading(scale, on, Decimal(value), kind, "фактическое", "resident", "передано жителем", "")


def make_meter(**changed: object) -> ExportedMeter:
    facts = {
        "pk": 1,
        "serial": "60209442",
        "model": "НЕВА МТ 124",
        "service": "electricity",
        "ratio": Decimal(1),
        "capacity": Decimal(10**6),
        "places": 0,
        "installed_on": date(2019, 5, 20),
        "removed_on": None,
        "scales": (DAY,),
    }
    return ExportedMeter(**(facts | changed))
