"""From rows to the facts the pure rules judge: for a whole batch in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from billing import queries as billing
from billing.calendar import name_month, next_month
from billing.models import BillLine, Link, Supplier
from meters.models import Installation, Meter, Scale, Submission
from meters.plausibility import Calendar, MeterFacts, OtherMeter, Previous, ScaleFacts, looks_like_total
from meters.queries.bases import Base, Known, Moment, get_known, get_later_readings
from meters.queries.submissions import STANDING
from meters.serials import normalise_serial

NEIGHBOURS = 40
"""With how many other meters of the resident a value is compared at most."""


@dataclass(frozen=True)
class Judged:
    """One submission with everything its check needs."""

    submission: Submission
    meter: MeterFacts
    typed: Mapping[str, str]
    calendar: Calendar
    others: tuple[OtherMeter, ...]
    previous: Previous | None
    bases: Mapping[int, Base]


def gather_facts(batch: Sequence[Submission], *, on: date) -> list[Judged]:
    """Facts for each submission, one of a meter. A bill already handed over moves the submission to the next."""
    meter_ids = [row.meter_id for row in batch]
    accounts = {row.account_id for row in batch}
    standing = get_standing(meter_ids)
    previous = {row.pk: _settle_period(row, standing) for row in batch}
    neighbours = _get_neighbours({row.user_id for row in batch})
    wanted = {meter.pk: Moment(row.taken_on, row.period) for row in batch for meter in neighbours.get(row.user_id, ())}
    known = get_known(wanted | {row.meter_id: Moment(row.taken_on, row.period) for row in batch})
    installed = _get_installation_days(meter_ids, accounts)
    lines = billing.get_last_bill_lines(accounts)
    later = get_later_readings({row.meter_id: row.taken_on for row in batch if row.taken_on < on})
    near = {
        meter.pk: OtherMeter(
            f"№ {meter.label}", describe_scales(known.scales.get(meter.pk, []), known.bases, []), str(meter.pk)
        )
        for meters in neighbours.values()
        for meter in meters
    }
    return [
        Judged(
            submission=row,
            meter=describe_meter(
                row.meter,
                known,
                lines.get(row.account_id, []),
                row.account.service,
                installed.get((row.meter_id, row.account_id)),
                read_later_on=later.get(row.meter_id),
            ),
            typed={value.scale.code: value.typed for value in row.values.all()},
            calendar=describe_calendar(row.account.supplier, taken_on=row.taken_on, today=on),
            others=tuple(
                near[meter.pk] for meter in neighbours.get(row.user_id, ())[:NEIGHBOURS] if meter.pk != row.meter_id
            ),
            previous=previous[row.pk],
            bases=known.bases,
        )
        for row in batch
    ]


def get_standing(meter_ids: Sequence[int]) -> dict[tuple[int, date], Submission]:
    """What was accepted for each meter and bill."""
    rows = Submission.objects.filter(meter_id__in=meter_ids, status__in=STANDING)
    return {(row.meter_id, row.period): row for row in rows.prefetch_related("values__scale")}


def find_open_period(meter_id: int, period: date, standing: Mapping[tuple[int, date], Submission]) -> date:
    """The first bill from `period` on whose readings of this meter the supplier has not got yet."""
    while (former := standing.get((meter_id, period))) and former.status != Submission.Status.ACCEPTED:
        period = next_month(period)
    return period


def _settle_period(row: Submission, standing: Mapping[tuple[int, date], Submission]) -> Previous | None:
    handed_over = standing.get((row.meter_id, row.period))
    row.period = find_open_period(row.meter_id, row.period, standing)
    former = standing.get((row.meter_id, row.period)) or handed_over
    if former is None:
        return None
    values = {value.scale.code: value.value for value in former.values.all() if value.value is not None}
    return Previous(former.receipt, values, is_handed_over=former.status != Submission.Status.ACCEPTED)


def describe_calendar(supplier: Supplier, *, taken_on: date, today: date) -> Calendar:
    calendar = supplier.reading_calendar
    return Calendar(
        today=today,
        taken_on=taken_on,
        is_window_open=calendar.is_open(taken_on),
        window_forbids=supplier.window_forbids,
        window_text=supplier.window_text,
        is_after_cut_off=calendar.is_after_cut_off(taken_on),
        enters_bill_for=name_month(calendar.billing_period(taken_on)),
    )


def describe_meter(
    meter: Meter,
    known: Known,
    lines: Sequence[BillLine],
    service: str,
    installed_on: date | None,
    *,
    read_later_on: date | None = None,
) -> MeterFacts:
    key = meter.serial_key or normalise_serial(meter.serial)
    own_lines = [line for line in lines if line.serial == meter.serial or normalise_serial(line.serial) == key]
    return MeterFacts(
        scales=describe_scales(known.scales.get(meter.pk, []), known.bases, own_lines),
        serial=meter.serial,
        model=meter.model,
        status=meter.status,
        service=service,
        digits_left=meter.digits_left,
        digits_right=meter.digits_right,
        ratio=meter.ratio,
        voltage=meter.voltage,
        current_max=meter.current_max,
        phases=meter.phases,
        installed_on=installed_on,
        verified_until=meter.verified_until,
        read_later_on=read_later_on,
    )


def describe_scales(
    scales: Sequence[Scale], bases: Mapping[int, Base], lines: Sequence[BillLine]
) -> tuple[ScaleFacts, ...]:
    billed = {line.code: line for line in lines if line.current is not None}
    names = [scale.name for scale in scales]
    facts = []
    for scale in scales:
        base, line = bases.get(scale.pk, Base()), billed.get(scale.code)
        facts.append(
            ScaleFacts(
                code=scale.code,
                name=scale.name,
                unit=scale.unit,
                is_total=looks_like_total(scale.name, names),
                opening_value=scale.opening_value,
                last_actual=base.last_actual,
                last_actual_on=base.last_actual_on,
                last_billed=line.current if line else None,
                last_billed_kind=line.kind if line else "",
                daily_use=base.daily_use,
            )
        )
    return tuple(facts)


def _get_neighbours(user_ids: set[int]) -> dict[int, list[Meter]]:
    """Active meters by resident, to notice a value typed into the wrong one."""
    links = Link.objects.seen().filter(user_id__in=user_ids, account__installations__removed_on=None)
    links = links.filter(account__installations__meter__status=Meter.Status.ACTIVE)
    pairs = list(links.values_list("user_id", "account__installations__meter_id"))
    meters = Meter.objects.in_bulk({meter_id for _, meter_id in pairs})
    found: defaultdict[int, list[Meter]] = defaultdict(list)
    for user_id, meter_id in pairs:
        found[user_id].append(meters[meter_id])
    return found


def _get_installation_days(meter_ids: Sequence[int], account_ids: set[int]) -> dict[tuple[int, int], date | None]:
    rows = Installation.objects.filter(meter_id__in=meter_ids, account_id__in=account_ids)
    return {
        (meter_id, account_id): installed_on
        for meter_id, account_id, installed_on in rows.order_by("installed_on").values_list(
            "meter_id", "account_id", "installed_on"
        )
    }
