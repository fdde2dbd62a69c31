"""The shape of «Показания»: one drum for each scale of each open meter."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict

from meters.cards import ReadingCard, ScaleRow
from meters.models.nicknames import LONGEST
from meters.slips import read_typed, tell_slip


class DrumInput(forms.TextInput):
    """One ordinary input drawn as the meter's register."""

    template_name = "widgets/drum.html"


class NicknameForm(forms.Form):
    """Left empty, the name goes."""

    text = forms.CharField(label="Название", required=False, max_length=LONGEST)


class ReadingsForm(forms.Form):
    """Values by scale. A meter left blank is left out; one half filled is asked for the rest."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, *args: Any, cards: Sequence[ReadingCard], typed_before: Mapping[int, str] | None = None, **kwargs: Any
    ) -> None:
        """`typed_before` is text by scale id, to be put right."""
        super().__init__(*args, **kwargs)
        self.cards = [card for card in cards if card.is_open]
        self.data = self._fill_unchanged(self.data)
        before = typed_before or {}
        self.initial = {**self.initial} | {
            row.field_name: before[row.scale.pk] for card in self.cards for row in card.rows if row.scale.pk in before
        }
        for card in self.cards:
            for row in card.rows:
                self.fields[row.field_name] = self._make_field(card, row)

    @property
    def typed(self) -> dict[int, dict[str, str]]:
        """What was typed by meter id and scale code; only meters with something typed."""
        found: dict[int, dict[str, str]] = {}
        for card in self.cards:
            values = {row.scale.code: self.cleaned_data.get(row.field_name, "") for row in card.rows}
            if card.meter is not None and any(values.values()):
                found[card.meter.pk] = values
        return found

    def is_touched(self, card: ReadingCard) -> bool:
        """Whether something stands in the fields of a meter, so that they are shown though it was sent before."""
        return any(self[row.field_name].value() for row in card.rows)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for card in self.cards:
            if any(cleaned.get(row.field_name) for row in card.rows):
                self._check_shape(card, cleaned)
        if not self.errors and not self.typed:
            self.add_error(None, "Впишите показание хотя бы одного счётчика.")
        return cleaned

    def _check_shape(self, card: ReadingCard, cleaned: dict[str, Any]) -> None:
        """The same rules the worker asks, so that a slip is said at once, beside the field."""
        if card.meter is None:
            return
        for row in card.rows:
            text = cleaned.get(row.field_name, "")
            _, slip = read_typed(text, card.meter, row.scale) if text else (None, "")
            if not text:
                slip = tell_slip("missing_scale", card.meter, row.scale)
            if slip:
                self.add_error(row.field_name, slip)

    def _fill_unchanged(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """«Без изменений» of a meter or of one scale, pressed where no script runs: what stood before is typed in."""
        pressed = data.get("unchanged", "")
        filled = {}
        for card in self.cards:
            for row in card.rows:
                is_meant = pressed in (row.field_name, str(getattr(card.meter, "pk", "")))
                if is_meant and row.previous is not None and not data.get(row.field_name):
                    filled[row.field_name] = f"{row.previous.normalize():f}".replace(".", ",")
        return {**data.dict(), **filled} if pressed and isinstance(data, QueryDict) else data

    def _make_field(self, card: ReadingCard, row: ScaleRow) -> forms.CharField:
        left = getattr(card.meter, "digits_left", None) or 6
        right = getattr(card.meter, "digits_right", None) or 0
        label = f"{row.scale.name}, {card.link.title}, счётчик № {card.meter}"
        widget = DrumInput(attrs={"data-left": left, "data-right": right, "aria-label": label, "maxlength": 40})
        return forms.CharField(label=label, required=False, max_length=40, widget=widget)
