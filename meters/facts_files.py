"""Facts of a meter as a JSON file, so that a supplier can try the rules without a database. Pure.

{"meter": {"serial": "60209442", "model": "НЕВА", "digits_left": 6, "installed_on": "2019-05-20",
           "scales": [{"code": "1", "name": "День", "unit": "кВт·ч", "last_actual": "12612",
                       "last_actual_on": "2026-10-20", "daily_use": "9.3"}]},
 "calendar": {"today": "2026-11-20", "taken_on": "2026-11-20"}, "thresholds": {"high": "3"},
 "others": [{"label": "№ 7", "scales": []}], "previous": {"receipt": "1", "values": {"1": "12890"}}}

Keys are the fields of `meters.plausibility.facts`; figures are text, so that decimals stay exact.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from meters.plausibility import (
    Calendar,
    MeterFacts,
    OtherMeter,
    Previous,
    ScaleFacts,
    Thresholds,
    Verdict,
    check_submission,
)


class UnreadableFacts(Exception):
    """A field that is unknown, missing, or not of its kind; the text says which."""


def judge_facts(
    facts: Any, typed: Mapping[str, str], *, today: date, taken_on: date | None
) -> tuple[MeterFacts, Calendar, Verdict]:
    """Judge typed values by the facts of a file. `taken_on` is stronger than the file's day. Raises UnreadableFacts."""
    if not isinstance(facts, dict):
        raise UnreadableFacts("ждём объект с ключом meter")
    unknown = set(facts) - {"meter", "calendar", "thresholds", "others", "previous"}
    if unknown:
        raise UnreadableFacts(f"неизвестное поле {min(unknown)}")
    if "meter" not in facts:
        raise UnreadableFacts("нет поля meter")
    meter: MeterFacts = _build(MeterFacts, {"scales": [], **_as_object(facts["meter"], "meter")}, "meter")
    days = {"today": today.isoformat(), "taken_on": today.isoformat()} | _as_object(
        facts.get("calendar", {}), "calendar"
    )
    if taken_on is not None:
        days["taken_on"] = taken_on.isoformat()
    calendar: Calendar = _build(Calendar, days, "calendar")
    verdict = check_submission(
        meter,
        typed,
        calendar=calendar,
        thresholds=_build(Thresholds, facts.get("thresholds", {}), "thresholds"),
        others=_read(tuple[OtherMeter, ...], facts.get("others", []), "others"),
        previous=_build(Previous, facts["previous"], "previous") if facts.get("previous") else None,
    )
    return meter, calendar, verdict


def _build(kind: Any, row: Any, place: str) -> Any:
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    values = {}
    for name, value in _as_object(row, place).items():
        if name not in known:
            raise UnreadableFacts(f"неизвестное поле {place}.{name}")
        values[name] = _read(hints[name], value, f"{place}.{name}")
    try:
        return kind(**values)
    except TypeError as error:
        raise UnreadableFacts(f"в {place} не хватает обязательных полей") from error


def _read(hint: Any, value: Any, place: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if value is None else _read(inner[0], value, place)
    if origin is tuple:
        if not isinstance(value, list):
            raise UnreadableFacts(f"{place}: ждём список")
        return tuple(_read(inner[0], item, f"{place}[{number}]") for number, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(inner[1], item, f"{place}.{key}") for key, item in _as_object(value, place).items()}
    if hint in (ScaleFacts, OtherMeter):
        return _build(hint, value, place)
    try:
        return _read_plain(hint, value)
    except (ValueError, InvalidOperation) as error:
        raise UnreadableFacts(f"{place}: не подходит {value!r}") from error


def _read_plain(hint: Any, value: Any) -> Any:
    if hint is Decimal and isinstance(value, (str, int)) and not isinstance(value, bool):
        number = Decimal(value)
        if number.is_finite():
            return number
    elif hint is date and isinstance(value, str):
        return date.fromisoformat(value)
    elif hint in (str, bool, int) and type(value) is hint:
        return value
    raise ValueError


def _as_object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableFacts(f"{place}: ждём объект")
    return value
