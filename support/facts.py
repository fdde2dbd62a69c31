"""The facts in question: what the portal knew of an account and its meters when the resident wrote."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.formats import date_format, number_format

from accounts.models import User
from billing import queries as billing
from billing.models import BillLine, PersonalAccount
from meters.models import Installation, Meter, Reading

Fact = tuple[str, str]
"""A label and a value, both in words."""


@dataclass(frozen=True)
class MeterFacts:
    meter: Meter
    removed_on: date | None
    facts: list[Fact]


@dataclass(frozen=True)
class AccountFacts:
    """Everything that may be in question; which meter is meant, the resident says."""

    account: list[Fact]
    meters: list[MeterFacts]

    def about(self, meter: Meter | None) -> list[Fact]:
        """What goes with a report: the account, and the meter the resident means."""
        chosen = [fact for each in self.meters if meter and each.meter.pk == meter.pk for fact in each.facts]
        nothing = [] if self.meters else [("Прибор учёта", "сведений нет")]
        return [*self.account, *chosen, *nothing]


def collect_facts(account: PersonalAccount, user: User) -> AccountFacts:
    """Read the rows of billing and meters that the resident may see. Four statements, however many meters."""
    latest_first = F("removed_on").desc(nulls_first=True)
    installed: dict[int, Installation] = {}
    for row in Installation.objects.filter(account=account).select_related("meter").order_by(latest_first, "pk"):
        installed.setdefault(row.meter_id, row)
    readings = _last_readings(installed)
    lines = billing.get_last_bill_lines([account.pk], visible_to=user).get(account.pk, [])
    return AccountFacts(
        account=_account_facts(account, user),
        meters=[
            MeterFacts(
                row.meter,
                row.removed_on,
                [
                    *_meter_facts(row),
                    *_reading_facts(readings.get(row.meter_id, [])),
                    *_line_facts(
                        [line for line in lines if line.serial and line.serial == row.meter.serial],
                        {reading.scale.code: reading.scale.name for reading in readings.get(row.meter_id, [])},
                    ),
                ],
            )
            for row in installed.values()
        ],
    )


def _account_facts(account: PersonalAccount, user: User) -> list[Fact]:
    facts = [
        ("Лицевой счёт", account.number),
        ("Поставщик", account.supplier.name),
        ("Услуга", account.get_service_display()),
        ("Адрес", account.masked_address or "не указан"),
    ]
    bill = billing.get_last_bills([account.pk], visible_to=user).get(account.pk)
    if bill:
        facts.append(("Последний счёт", f"за {_month(bill.period)}, к оплате {_money(bill.amount_due)}"))
    return facts


def _meter_facts(installation: Installation) -> list[Fact]:
    meter = installation.meter
    facts = [
        ("Номер прибора учёта", meter.serial or "не указан"),
        ("Модель", meter.model or "не указана"),
        ("Состояние", meter.get_status_display()),
    ]
    if installation.installed_on:
        facts.append(("Установлен", _day(installation.installed_on)))
    if installation.removed_on:
        facts.append(("Снят", _day(installation.removed_on)))
    return facts


def _last_readings(meter_ids: Collection[int]) -> dict[int, list[Reading]]:
    """The newest reading of each scale."""
    newest = (
        Reading.objects.filter(meter__in=meter_ids)
        .order_by("meter_id", "scale__code", "scale_id", "-taken_on", "-id")
        .distinct("meter_id", "scale__code", "scale_id")
        .select_related("scale")
    )
    found: dict[int, list[Reading]] = {}
    for reading in newest:
        found.setdefault(reading.meter_id, []).append(reading)
    return found


def _reading_facts(readings: list[Reading]) -> list[Fact]:
    facts = []
    for reading in readings:
        words = [f"{_number(reading.value)} {reading.scale.unit}".strip(), _day(reading.taken_on)]
        words += [reading.get_kind_display(), reading.get_source_display() if reading.source else ""]
        facts.append((f"Показание «{reading.scale.name}»", ", ".join(word for word in words if word)))
    return facts


def _line_facts(lines: list[BillLine], scale_names: Mapping[str, str]) -> list[Fact]:
    facts = []
    for line in lines:
        if line.current is None:
            continue
        previous = "" if line.previous is None else f"было {_number(line.previous)}, "
        kind = {str(value): str(label) for value, label in Reading.Kind.choices}.get(line.kind, "")
        value = f"{previous}стало {_number(line.current)}" + (f", {kind}" if kind else "")
        scale = scale_names.get(line.code, f"шкала {line.code}")
        facts.append((f"В счёте за {_month(line.bill.period)}, «{scale}»", value))
    return facts


def _number(value: Decimal) -> str:
    plain = value.normalize()
    places = max(-int(plain.as_tuple().exponent), 0)
    return number_format(plain, decimal_pos=places, use_l10n=True, force_grouping=True)


def _money(value: Decimal) -> str:
    return f"{number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)}\u00a0₽"


def _day(value: date) -> str:
    return date_format(value, "j E Y")


def _month(value: date) -> str:
    return date_format(value, "F Y").lower()
