"""«Счётчик заменили»: what stood on the old one, what the new one began with, and the act."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from meters.forms import DrumInput
from meters.history_rows import show_value
from meters.models import Meter, Scale
from meters.slips import read_typed
from support.forms import WithDocuments
from support.models import MeterReplacement


class ReplacementForm(WithDocuments):
    """For a meter that stands, with its scales."""

    replaced_on = forms.DateField(
        label="Когда заменили", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    serial = forms.CharField(label="Номер нового счётчика", max_length=40, help_text="Как на корпусе, без серии.")
    model = forms.CharField(label="Модель нового счётчика", max_length=100, required=False)

    def __init__(self, *args: Any, meter: Meter, scales: list[Scale], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meter, self.scales, self.on = meter, scales, on
        for when, words in (("closing", "Прежний остановился на"), ("opening", "Новый начал с")):
            for scale in scales:
                attrs = {"data-left": meter.digits_left or 6, "data-right": meter.digits_right or 0, "maxlength": 40}
                label = f"{words}: {scale.name.lower()}" if len(scales) > 1 else words
                self.fields[f"{when}-{scale.pk}"] = forms.CharField(
                    label=label, max_length=40, widget=DrumInput(attrs=attrs)
                )
        self.fields["text"].label = "Что ещё добавить"
        self.fields["text"].required = False
        self.fields["documents"].label = "Акт допуска или справка СНТ"
        named = [f"{when}-{scale.pk}" for when in ("closing", "opening") for scale in scales]
        self.order_fields(["key", "replaced_on", "serial", "model", *named, "documents", "text"])

    def clean_replaced_on(self) -> date:
        day: date = self.cleaned_data["replaced_on"]
        if day > self.on:
            raise forms.ValidationError("Этот день ещё не наступил.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for when in ("closing", "opening"):
            for scale in self.scales:
                name = f"{when}-{scale.pk}"
                if not cleaned.get(name):
                    continue
                value, slip = read_typed(cleaned[name], self.meter, scale)
                if slip:
                    self.add_error(name, slip)
                cleaned[name] = value
        return cleaned

    def make_replacement(self) -> MeterReplacement:
        """Not saved yet."""
        return MeterReplacement(
            replaced_on=self.cleaned_data["replaced_on"],
            serial=self.cleaned_data["serial"],
            model=self.cleaned_data["model"],
            closing={code: str(value) for code, value in self._values("closing").items()},
            opening={code: str(value) for code, value in self._values("opening").items()},
        )

    def write_text(self) -> str:
        """The report in words, for the branch's letter and the thread."""
        facts = self.cleaned_data
        lines = [
            f"Счётчик № {self.meter.label} заменён {facts['replaced_on']:%d.%m.%Y}.",
            f"Новый: № {facts['serial']}" + (f", {facts['model']}." if facts["model"] else "."),
            f"Прежний остановился на: {self._tell('closing')}. Новый начал с: {self._tell('opening')}.",
        ]
        return "\n".join([*lines, *filter(None, [facts["text"]])])

    def _values(self, when: str) -> dict[str, Decimal]:
        return {scale.code: self.cleaned_data[f"{when}-{scale.pk}"] for scale in self.scales}

    def _tell(self, when: str) -> str:
        values = self._values(when)
        return ", ".join(f"{scale.name.lower()} {show_value(values[scale.code], self.meter)}" for scale in self.scales)
