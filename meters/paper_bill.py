"""«Сверить с бумажным счётом»: values the resident reads off the paper, beside the readings here (domain.md 1.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import forms

from accounts.models import User
from billing.calendar import name_month, previous_months
from meters.bill_check import ValuesCheck, check_values, find_days
from meters.bill_comparison import ACTUAL, BilledValue
from meters.forms import DrumInput
from meters.history_rows import show_value
from meters.models import Meter, Scale
from meters.queries.history import get_readings_until
from meters.queries.places import Neighbourhood
from meters.slips import read_typed

MONTHS = 12


class PaperBillForm(forms.Form):
    """A month, and the current value of each scale as printed. A scale left blank is left out."""

    month = forms.ChoiceField(label="Счёт за")

    def __init__(self, data: Mapping[str, str] | None, *, meter: Meter, scales: Sequence[Scale], on: date) -> None:
        months = previous_months(on, MONTHS)
        super().__init__(data, initial={"month": f"{months[0]:%Y-%m}"})
        self.meter, self.scales = meter, scales
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (f"{month:%Y-%m}", f"{name_month(month)} {month.year}") for month in months
        ]
        for scale in scales:
            attrs = {"data-left": meter.digits_left or 6, "data-right": meter.digits_right or 0, "maxlength": 40}
            self.fields[name_field(scale)] = forms.CharField(
                label=f"{scale.name}: текущее показание", required=False, max_length=40, widget=DrumInput(attrs=attrs)
            )

    @property
    def period(self) -> date:
        return date.fromisoformat(f"{self.cleaned_data['month']}-01")

    @property
    def values(self) -> dict[str, Decimal]:
        """By code of the scale; only what was typed."""
        typed = {scale.code: self.cleaned_data.get(name_field(scale)) for scale in self.scales}
        return {code: value for code, value in typed.items() if value is not None}

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        for scale in self.scales:
            name = name_field(scale)
            text = str(cleaned.get(name) or "")
            if not text:
                cleaned[name] = None
                continue
            value, slip = read_typed(text, self.meter, scale)
            if slip:
                self.add_error(name, slip)
            cleaned[name] = value
        if not self.errors and not any(cleaned[name_field(scale)] is not None for scale in self.scales):
            self.add_error(None, "Впишите со счёта хотя бы одно показание.")
        return cleaned


@dataclass(frozen=True)
class PaperCheck:
    """`report` is the text of an error report with all figures."""

    check: ValuesCheck
    report: str


def name_field(scale: Scale) -> str:
    return f"paper-{scale.pk}"


def check_paper_bill(user: User, around: Neighbourhood, period: date, values: Mapping[str, Decimal]) -> PaperCheck:
    """Row by row: equal or not. One statement."""
    days = find_days(period, around.link.account.supplier.reading_calendar)
    readings = get_readings_until(user, around.place, days.known_until)
    billed = {code: BilledValue(value, ACTUAL) for code, value in values.items()}
    scales = [scale for scale in around.scales if scale.code in billed]
    check = check_values(around.place.meter, scales, billed, readings, days, period)
    return PaperCheck(check, _write_report(around.place.meter, scales, check, values, period))


def _write_report(
    meter: Meter, scales: Sequence[Scale], check: ValuesCheck, values: Mapping[str, Decimal], period: date
) -> str:
    lines = [
        f"«{scale.name}»: в счёте {show_value(values[scale.code], meter)}, "
        + (f"в кабинете {row.here} на {row.here_on}." if row.here else "в кабинете показания нет.")
        for scale, row in zip(scales, check.rows, strict=True)
    ]
    return "\n".join(
        [
            f"В бумажном счёте за {name_month(period)} {period.year} другие показания счётчика № {meter.label}, "
            "чем в кабинете.",
            *lines,
            "Прошу проверить и пересчитать.",
        ]
    )
