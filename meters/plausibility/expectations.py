"""What use would be usual for a scale, and what can pass through the meter at all."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from meters.plausibility.facts import MeterFacts, ScaleFacts, Thresholds
from meters.plausibility.values import as_shown, write


@dataclass(frozen=True)
class Expectation:
    """What would be usual for one scale over the days passed since its base.

    `high` is the use at which a question begins, None when there is nothing to judge by; `usual` is d × days.
    """

    scale: ScaleFacts
    days: int
    digits_right: int | None
    usual: Decimal | None = None
    high: Decimal | None = None
    very_high: Decimal | None = None

    def is_lower(self, value: Decimal) -> bool:
        return self.scale.base is not None and value < self.scale.base

    def is_usual(self, use: Decimal) -> bool:
        return self.high is not None and 0 <= use <= self.high

    def fits(self, value: Decimal) -> bool:
        """Not lower than the base, and not so much higher that one would ask."""
        return self.scale.base is not None and self.is_usual(value - self.scale.base)

    def misfits(self, value: Decimal) -> bool:
        """Known not to fit; without anything to judge by, a value is let be."""
        if self.scale.base is None:
            return False
        return self.is_lower(value) or (self.high is not None and not self.fits(value))

    def count_use(self, value: Decimal) -> Decimal | None:
        return None if self.scale.base is None or self.is_lower(value) else value - self.scale.base

    def describe(self, value: Decimal) -> dict[str, str]:
        """Figures for the words: what was typed, what it is compared with, what is usual in a month."""
        scale = self.scale
        figures = {"value": write(value), "name": scale.name, "unit": scale.unit, "days": str(self.days)}
        if scale.base is not None:
            figures["base"] = write(as_shown(scale.base, self.digits_right))
            figures["use"] = write(value - as_shown(scale.base, self.digits_right))
        if scale.last_actual_on is not None and scale.last_actual is not None:
            figures["base_on"] = scale.last_actual_on.isoformat()
        if scale.daily_use is not None:
            month = scale.daily_use * 30
            figures["month"] = write(month.quantize(Decimal(1) if month >= 10 else Decimal("0.1")))
        return figures


def expect(
    scale: ScaleFacts,
    *,
    taken_on: date,
    thresholds: Thresholds,
    installed_on: date | None = None,
    digits_right: int | None = None,
    ratio: Decimal = Decimal(1),
) -> Expectation:
    """Usual use is d × days since the base; nothing below the floor of its unit is called high.

    While no d is known, only what is very much for any household is questioned (`Thresholds.typical_daily`).
    """
    since = scale.last_actual_on if scale.last_actual is not None else installed_on
    if since is None or scale.base is None:
        return Expectation(scale, 0, digits_right)
    days = max(1, (taken_on - since).days)
    floor = thresholds.floor(scale.unit) / (ratio or 1)
    if scale.daily_use is None:
        most = max(thresholds.very_high * thresholds.typical(scale.unit) / (ratio or 1) * days, floor)
        return Expectation(scale, days, digits_right, None, most, most)
    usual = scale.daily_use * days
    high, very_high = max(thresholds.high * usual, floor), max(thresholds.very_high * usual, floor)
    return Expectation(scale, days, digits_right, usual, high, very_high)


def count_physical_limit(meter: MeterFacts, days: int, thresholds: Thresholds) -> Decimal | None:
    """kWh of the register that can pass in the days: U · I max · phases · hours / 1000; None when not known.

    The register of a meter behind transformers counts what flows through itself, so the ratio has no part in this. A
    three-phase voltage given between phases (380, 400) is taken as its phase voltage.
    """
    if meter.service != "electricity" or meter.current_max is None or not days:
        return None
    phases = meter.phases or 3
    voltage = meter.voltage or thresholds.phase_voltage
    if phases == 3 and voltage >= 380:
        voltage = thresholds.phase_voltage
    return voltage * meter.current_max * phases * days * 24 / 1000
