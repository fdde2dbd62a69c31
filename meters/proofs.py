"""Proving a personal account by the number on the case of its meter (domain.md 5)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F

from billing.models import PersonalAccount
from meters import serials
from meters.models import Installation

MOST_METERS = 50
"""No personal account has had so many meters; the look-up stays small whatever a registry holds."""


class SerialField(forms.CharField):
    """The number as people copy it from a case, kept as its digits alone."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text and not (serial := serials.normalise_serial(text)).strip("0"):
            raise ValidationError("В номере счётчика должны быть цифры: перепишите их с корпуса.", code="no_digits")
        return serial if text else ""


class MeterNumber:
    """The serial of a meter that stands there now; where none does, of the one that stood there last."""

    code = "meter"
    label = "Номер счётчика"
    is_open_to_neighbours = True

    def fields(self) -> dict[str, forms.Field]:
        return {
            "serial": SerialField(
                label="Номер счётчика",
                max_length=40,
                help_text="Цифры с корпуса или из счёта, без серии и других обозначений. Например, 60209442.",
                error_messages={"required": "Впишите номер счётчика: он на корпусе, рядом со штрихкодом."},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
        }

    def holds(self, account: PersonalAccount, data: Mapping[str, Any]) -> bool:
        """One statement, for a known account and an unknown one alike."""
        serial: str = data["serial"]
        stood = (
            Installation.objects.filter(account_id=account.pk)
            .order_by(F("removed_on").desc(nulls_first=True), "-pk")
            .values_list("removed_on", "meter__serial_key", "meter__serial")[:MOST_METERS]
        )
        found = list(stood)
        present = [row for row in found if row[0] is None] or found[:1]
        return any(serial and serial == (key or serials.normalise_serial(shown)) for _, key, shown in present)
