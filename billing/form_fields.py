"""Form fields that take what people really type: sums with spaces and «₽», days of the past."""

import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

MOST_MONEY = Decimal("999999999.99")
"""Roubles; above it nobody pays for a flat, and the column ends."""


class MoneyField(forms.Field):
    """Roubles and kopecks, exact: «1 234,50», «1234.5», «1234 ₽»."""

    default_error_messages = {
        "invalid": "Впишите сумму цифрами, например 1 234,50",
        "kopecks": "В сумме не бывает больше двух цифр после запятой",
        "range": "Сумма должна быть больше нуля",
        "too_large": "Так много за квартиру не платят: проверьте сумму",
    }

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)

    def to_python(self, value: Any) -> Decimal | None:
        """Decimal with two places, or None for an empty field.

        Raises:
            ValidationError: no number, more than two decimals, not above zero, or beyond any bill.
        """
        text = unicodedata.normalize("NFKC", str(value or "")).strip().lower()
        if not text:
            return None
        for mark in ("₽", "рублей", "рубля", "рубль", "руб.", "руб", "р."):
            text = text.removesuffix(mark).strip()
        text = "".join(text.split()).replace("'", "").replace(",", ".")
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not amount.is_finite() or not text.replace(".", "").isdecimal():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if amount <= 0:
            raise ValidationError(self.error_messages["range"], code="range")
        if amount > MOST_MONEY:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        if amount != amount.quantize(Decimal("0.01")):
            raise ValidationError(self.error_messages["kopecks"], code="kopecks")
        return amount.quantize(Decimal("0.01"))


class PastDateField(forms.DateField):
    """A day that has come: dd.mm.yyyy as people write it, or ISO as browsers send it."""

    default_error_messages = {
        "invalid": "Впишите день так: 25.10.2026",
        "future": "Этот день ещё не наступил",
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        options.setdefault("input_formats", ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d %m %Y"])
        super().__init__(**options)

    def validate(self, value: date | None) -> None:
        """Raises: ValidationError: the day is missing, or lies ahead (portal's time zone)."""
        super().validate(value)
        if value is not None and value > timezone.localdate():
            raise ValidationError(self.error_messages["future"], code="future")
