"""The form of the page «Пороги проверки»: a slider for each figure, and why it is set."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import User
from billing import staff_scope
from billing.models import Supplier


@dataclass(frozen=True)
class Slider:
    """One threshold: what it is called, from where to where it can be moved, by what step."""

    label: str
    lowest: int
    highest: int
    step: str
    unit: str

    def make_field(self) -> forms.DecimalField:
        return forms.DecimalField(
            label=self.label,
            min_value=self.lowest,
            max_value=self.highest,
            decimal_places=2,
            help_text=self.unit,
            widget=forms.NumberInput(attrs={"step": self.step, "data-slider": ""}),
        )


SLIDERS = {
    "high": Slider("Спросить жителя, если расход больше обычного в", 1, 50, "0.5", "раз"),
    "very_high": Slider("Показать сотруднику, если больше в", 1, 100, "0.5", "раз"),
    "floor_kwh": Slider("Не спрашивать об электричестве меньше", 0, 2000, "10", "кВт·ч"),
    "floor_m3": Slider("Не спрашивать о воде меньше", 0, 100, "0.5", "м³"),
}


class ThresholdsForm(forms.Form):
    supplier = forms.ModelChoiceField(label="Поставщик", queryset=Supplier.objects.none(), empty_label=None)
    reason = forms.CharField(
        label="Почему",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Нужно, чтобы сохранить: останется рядом с решением.",
    )

    def __init__(self, *args: Any, staff: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier"].queryset = staff_scope.get_suppliers(staff, whole=True)  # type: ignore[attr-defined]
        self.fields |= {name: slider.make_field() for name, slider in SLIDERS.items()}
        self.order_fields(["supplier", *SLIDERS, "reason"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        high, very_high = cleaned.get("high"), cleaned.get("very_high")
        if high is not None and very_high is not None and very_high < high:
            self.add_error("very_high", "Этот порог не может быть меньше первого.")
        if "save" in self.data and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Напишите, почему меняете пороги.")
        return cleaned

    @property
    def figures(self) -> dict[str, Decimal]:
        return {name: self.cleaned_data[name] for name in SLIDERS}
