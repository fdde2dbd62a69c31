"""A value tried against the rules and the rows of a real meter, or against facts of a file. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing import queries as billing
from billing.models import Link
from meters.models import Installation, Meter
from meters.operations.facts import (
    NEIGHBOURS,
    describe_calendar,
    describe_meter,
    describe_scales,
    find_open_period,
    get_standing,
)
from meters.plausibility import Calendar, Finding, MeterFacts, OtherMeter, Outcome, Previous, Verdict, check_submission
from meters.queries.bases import Moment, get_known, get_later_readings
from meters.queries.thresholds import get_thresholds
from meters.serials import normalise_serial
from meters.verdict_words import Words, tell_finding

OUTCOMES = {
    Outcome.ACCEPTED: "принимается",
    Outcome.NEEDS_CONFIRMATION: "нужен ответ жителя",
    Outcome.BLOCKED: "не принимается",
    Outcome.DUPLICATE: "уже передано",
}
SEVERITY_WORDS = {
    "block": "не принимать",
    "confirm": "спросить жителя",
    "review": "показать сотруднику",
    "inform": "сообщить",
}


@dataclass(frozen=True)
class Trial:
    """What was judged, and the verdict."""

    meter: MeterFacts
    calendar: Calendar
    verdict: Verdict

    @property
    def outcome(self) -> str:
        return OUTCOMES[self.verdict.outcome]

    @property
    def told(self) -> list[tuple[Finding, Words, str]]:
        """Each finding, its words to a resident, and what it asks for."""
        return [
            (row, tell_finding(row), ", ".join(SEVERITY_WORDS[severity] for severity in row.severities))
            for row in self.verdict.findings
        ]

    def as_json(self) -> dict[str, Any]:
        verdict = self.verdict
        return {
            "outcome": verdict.outcome.value,
            "needs_review": verdict.needs_review,
            "values": {code: f"{value:f}" for code, value in verdict.values.items()},
            "uses": {code: None if use is None else f"{use:f}" for code, use in verdict.uses.items()},
            "findings": [{**row.as_json(), "title": words.title, "text": words.text} for row, words, _ in self.told],
        }


def find_installations(serial: str, supplier: str = "") -> list[Installation]:
    """Where meters of this number stand now, or stood last: one installation of each."""
    rows = Installation.objects.filter(meter__serial_key=normalise_serial(serial)).exclude(meter__serial_key="")
    if supplier:
        rows = rows.filter(meter__supplier__code=supplier)
    newest: dict[int, Installation] = {}
    ordered = rows.select_related("meter__supplier", "account__supplier").order_by("installed_on", "pk")
    for row in sorted(ordered, key=lambda row: row.removed_on or date.max):
        newest[row.meter_id] = row
    return list(newest.values())


def try_reading(place: Installation, typed: Mapping[str, str], *, taken_on: date, today: date) -> Trial:
    """Judge as if a resident of the personal account had just sent it."""
    meter, account = place.meter, place.account
    supplier = account.supplier
    calendar = supplier.reading_calendar
    asked = calendar.billing_period(taken_on)
    standing = get_standing([meter.pk])
    period = find_open_period(meter.pk, asked, standing)
    former = standing.get((meter.pk, period)) or standing.get((meter.pk, asked))
    previous = None
    if former is not None:
        values = {row.scale.code: row.value for row in former.values.all() if row.value is not None}
        previous = Previous(former.receipt, values, is_handed_over=former.status != former.Status.ACCEPTED)
    near = _get_neighbours(account.pk, meter.pk)
    known = get_known({row.pk: Moment(taken_on, period) for row in [meter, *near]})
    lines = billing.get_last_bill_lines([account.pk]).get(account.pk, [])
    later = get_later_readings({meter.pk: taken_on})
    facts = describe_meter(meter, known, lines, account.service, place.installed_on, read_later_on=later.get(meter.pk))
    said = describe_calendar(supplier, taken_on=taken_on, today=today)
    others = [
        OtherMeter(f"№ {row.label}", describe_scales(known.scales.get(row.pk, []), known.bases, [])) for row in near
    ]
    verdict = check_submission(
        facts,
        typed,
        calendar=said,
        others=others,
        previous=previous,
        thresholds=get_thresholds([supplier.pk]).get(supplier.pk),
    )
    return Trial(facts, said, verdict)


def _get_neighbours(account_id: int, meter_id: int) -> Sequence[Meter]:
    """Other active meters of those who hold the personal account."""
    holders = Link.objects.filter(account_id=account_id, ended_at=None).values("user_id")
    accounts = Link.objects.filter(user_id__in=holders, ended_at=None).values("account_id")
    rows = Installation.objects.filter(account_id__in=accounts, removed_on=None).values("meter_id")
    active = Meter.objects.filter(pk__in=rows, status=Meter.Status.ACTIVE).exclude(pk=meter_id)
    return list(active.order_by("pk")[:NEIGHBOURS])
