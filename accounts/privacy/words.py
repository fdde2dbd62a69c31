"""Personal data in words of a person: what columns are called and how values are written."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, number_format

from accounts import devices

# Columns whose own name is for programmers. What has no Russian name at all is in the JSON alone.
NAMES = {
    "accepted_at": "принято",
    "account": "лицевой счёт",
    "added_at": "приложено",
    "address_confirmed_at": "адрес подтверждён",
    "amount": "сумма",
    "bill": "счёт",
    "chosen_at": "выбрано",
    "confirmed_at": "подтверждено",
    "created_at": "создано",
    "decided_at": "когда решили",
    "digits_left": "цифр до запятой",
    "document": "документ",
    "expires_at": "действует до",
    "from_staff": "от сотрудника",
    "given": "согласие",
    "group": "группа",
    "guessed_at": "когда",
    "history_checked_at": "показания сверены",
    "kind": "вид",
    "last_seen_at": "последний раз",
    "last_used_at": "последний раз",
    "linked_at": "привязан",
    "meter": "прибор учёта",
    "meter_checked_at": "прибор сверен",
    "name": "название",
    "network_address": "сетевой адрес",
    "number": "номер",
    "paid_on": "оплачено",
    "preselected": "было включено заранее",
    "previous": "предыдущее",
    "previous_on": "на дату",
    "read_at": "прочитано",
    "ready_at": "готово",
    "reason": "причина",
    "report": "обращение",
    "requested_at": "запрошено",
    "revoked_at": "отозван",
    "scale": "шкала",
    "settled_at": "решено",
    "shown_number": "номер",
    "started_at": "начат",
    "status": "состояние",
    "submission": "квитанция",
    "supplier": "поставщик",
    "superseded_at": "заменено",
    "text": "текст",
    "typed": "введено",
    "use": "расход",
    "user_agent": "устройство",
    "value": "значение",
    "written_at": "написано",
}
FOR_PROGRAMS = {"digits", "document_id", "findings", "proof", "request_id"}
_RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)


def name_field(field: "models.Field[Any, Any]") -> str:
    """What a person calls the column; empty when it is of use to programs only."""
    if field.name in FOR_PROGRAMS:
        return ""
    own = str(field.verbose_name)
    if _RUSSIAN.search(own):
        return own
    return NAMES.get(field.name, "")


def tell_field(row: models.Model, field: "models.Field[Any, Any]") -> str:
    """The value as a person writes it; empty when there is none."""
    value = getattr(row, field.name)
    if value is None or value == "":
        return ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if hasattr(row, f"{field.name}_words"):
        return str(getattr(row, f"{field.name}_words"))
    if field.name == "kind" and hasattr(row, "title"):
        return str(row.title)
    if field.name == "user_agent":
        return devices.name_device(str(value))
    if isinstance(field, models.JSONField):
        return _tell_pairs(value)
    return tell_value(value, is_money=_is_money(field))


def tell_value(value: object, *, is_money: bool = False) -> str:
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j E Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j E Y")
    if isinstance(value, Decimal):
        if is_money:
            return f"{number_format(value, 2, force_grouping=True)} ₽"
        whole = value.normalize() if value else Decimal(0)
        return str(number_format(Decimal(format(whole, "f")), force_grouping=True))
    return str(value)


def _is_money(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.DecimalField) and field.decimal_places == 2 and (field.max_digits or 0) >= 12


def _tell_pairs(value: object) -> str:
    """Facts kept as [[name, value], …]; figures of other shapes mean nothing to a reader."""
    if not isinstance(value, list):
        return ""
    pairs = [pair for pair in value if isinstance(pair, list) and len(pair) == 2]
    return "; ".join(f"{name}: {said}" for name, said in pairs)
