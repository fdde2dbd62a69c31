"""A meter, a day and a history to vary: what most cases of the checks begin from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from meters.plausibility import Calendar, MeterFacts, OtherMeter, ScaleFacts, Verdict, check_submission

TODAY = date(2026, 11, 19)
LAST_ON = date(2026, 10, 20)  # thirty days before
DAY = ScaleFacts(
    code="1",
    name="День",
    unit="кВт·ч",
    last_actual=Decimal("12612.0000"),
    last_actual_on=LAST_ON,
    daily_use=Decimal(9),
)
NIGHT = replace(DAY, code="2", name="Ночь", last_actual=Decimal("3478.0000"), daily_use=Decimal(4))
NEVA = MeterFacts(
    scales=(DAY, NIGHT),
    serial="60209442",
    model="НЕВА МТ 324 1.0 AOS26",
    digits_left=6,
    digits_right=0,
    voltage=Decimal(230),
    current_max=Decimal(60),
    phases=3,
    installed_on=date(2020, 5, 4),
    verified_until=date(2033, 5, 1),
)
INDUCTION = replace(
    NEVA,
    scales=(replace(DAY, code="0", name="Круглосуточно", last_actual=Decimal(9950)),),
    digits_left=4,
    phases=1,
    current_max=Decimal(40),
)
WATER_SCALE = ScaleFacts(
    code="0",
    name="ХВС",
    unit="м³",
    last_actual=Decimal("46.812"),
    last_actual_on=LAST_ON,
    daily_use=Decimal("0.16"),
)
WATER = MeterFacts(
    scales=(WATER_SCALE,),
    serial="18204411",
    model="Бетар СХВ-15",
    service="cold_water",
    digits_left=5,
    digits_right=3,
    installed_on=date(2021, 2, 3),
    verified_until=date(2027, 2, 3),
)
HOT_WATER = OtherMeter("№ 18204412", (replace(WATER_SCALE, name="ГВС", last_actual=Decimal("812.300")),))
USUAL_DAY = Calendar(today=TODAY, taken_on=TODAY, enters_bill_for="ноябрь")
USUAL = {"1": "12896", "2": "3588"}


def with_scale(meter: MeterFacts, code: str, **changes: Any) -> MeterFacts:
    """The meter with one scale changed."""
    scales = tuple(replace(scale, **changes) if scale.code == code else scale for scale in meter.scales)
    return replace(meter, scales=scales)


def check(meter: MeterFacts, typed: Mapping[str, str], **more: Any) -> Verdict:
    """The verdict on a usual day, unless told otherwise."""
    return check_submission(meter, typed, **{"calendar": USUAL_DAY, **more})
