"""What comes if nothing is sent: said only when the bills show it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
import time_machine

from billing.costs import Step
from billing.models import Bill, BillLine, Link, Tariff
from meters.models import Meter, Reading, Submission
from meters.not_sending import collect_kinds, foresee_not_sending
from meters.not_sending_costs import BilledUse, tell_costs
from tests import factories
from tests.factories import NOW
from tests.pages import PageClient

NOVEMBER = date(2026, 11, 1)


def billed(*kinds: str) -> dict[date, set[str]]:
    """Kinds of the months up to October, oldest first."""
    return {date(2026, 11 - len(kinds) + n, 1): {kind} for n, kind in enumerate(kinds)}


@pytest.mark.parametrize(
    ("kinds", "count", "left", "norm_from"),
    [
        (["actual", "estimated"], 1, 2, date(2027, 1, 1)),
        (["actual", "estimated", "estimated"], 2, 1, date(2026, 12, 1)),
        (["estimated", "estimated", "estimated"], 3, 0, NOVEMBER),
        (["estimated", "estimated", "estimated", "estimated"], 4, 0, NOVEMBER),
        (["estimated", "actual", "estimated"], 1, 2, date(2027, 1, 1)),
    ],
)
def test_counts_the_months_in_a_row_and_those_left(kinds: list[str], count: int, left: int, norm_from: date) -> None:
    told = foresee_not_sending(billed(*kinds), bill=NOVEMBER, actual_on=date(2026, 6, 20))
    assert told is not None
    assert (len(told.months), told.left, told.norm_from) == (count, left, norm_from)


@pytest.mark.parametrize("kinds", [[], ["actual"], ["estimated", "actual"], ["norm", "actual"], ["estimated", ""]])
def test_says_nothing_when_the_last_bill_is_by_the_meter_or_unknown(kinds: list[str]) -> None:
    known = billed(*kinds)
    if kinds[-1:] == [""]:
        known = {date(2026, 7, 1): {"estimated"}, **{date(2026, 10, 1): {""}}}
    assert foresee_not_sending(known, bill=NOVEMBER, actual_on=None) is None


def test_a_reading_taken_since_ends_it() -> None:
    known = billed("estimated", "estimated")
    assert foresee_not_sending(known, bill=NOVEMBER, actual_on=date(2026, 11, 3)) is None
    assert foresee_not_sending(known, bill=NOVEMBER, actual_on=date(2026, 10, 3)) is not None


def test_old_bills_say_nothing_of_today() -> None:
    assert foresee_not_sending({date(2026, 8, 1): {"estimated"}}, bill=NOVEMBER, actual_on=None) is None


def test_a_month_read_in_one_zone_is_a_month_read() -> None:
    lines = [(date(2026, 10, 1), "estimated"), (date(2026, 10, 1), "actual")]
    assert foresee_not_sending(collect_kinds(lines), bill=NOVEMBER, actual_on=None) is None


def test_a_bill_not_issued_yet_is_counted_neither_way() -> None:
    """September's bill is the newest in November: the norm cannot begin later than the rule allows."""
    told = foresee_not_sending(
        {date(2026, 8, 1): {"estimated"}, date(2026, 9, 1): {"estimated"}}, bill=NOVEMBER, actual_on=None
    )
    assert told is not None
    assert (len(told.months), told.left, told.norm_from) == (2, 0, NOVEMBER)


def test_over_the_turn_of_the_year() -> None:
    known = {date(2026, 12, 1): {"estimated"}, date(2027, 1, 1): {"estimated"}}
    told = foresee_not_sending(known, bill=date(2027, 2, 1), actual_on=None)
    assert told is not None
    assert (told.title, told.norm_from) == ("2\u00a0месяца подряд по среднему: декабрь, январь.", date(2027, 3, 1))


def test_the_norm_is_told_as_it_is() -> None:
    told = foresee_not_sending(billed("estimated", "norm"), bill=NOVEMBER, actual_on=None)
    assert told is not None
    assert told.is_norm
    assert told.title == "В счёте за октябрь — норматив."


OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
DAY = (Step(Decimal(100), Decimal("5.00")), Step(None, Decimal("8.00")))
NIGHT = (Step(None, Decimal("3.00")),)


def use(period: date, kind: str, code: str, amount: str | None) -> BilledUse:
    return BilledUse(period, kind, code, None if amount is None else Decimal(amount), "кВт·ч")


def costs(*kinds: str, uses: Sequence[BilledUse], daily: dict[str, Decimal | None] | None = None) -> str:
    told = foresee_not_sending(billed(*kinds), bill=NOVEMBER, actual_on=date(2026, 6, 20))
    assert told is not None
    steps = {"1": DAY, "2": NIGHT}
    return tell_costs(told, uses, daily or {"1": None, "2": None}, steps).replace("\u00a0", " ")


def test_the_average_is_priced_by_zone_and_range() -> None:
    uses = [use(OCTOBER, "estimated", "1", "150"), use(OCTOBER, "estimated", "2", "60")]
    told = costs("actual", "estimated", uses=uses, daily={"1": Decimal(4), "2": Decimal(1)})
    assert told == (
        "По среднему это около 1 080 ₽ в месяц (210 кВт·ч, как в счёте за октябрь). "
        "По счётчику, если расход у вас обычный, — около 750 ₽."
    )


def test_the_norm_is_priced_when_a_bill_has_it() -> None:
    uses = [use(OCTOBER, "norm", "1", "300"), use(SEPTEMBER, "estimated", "1", "150")]
    told = costs("estimated", "norm", uses=uses)
    assert told == "По нормативу — около 2 100 ₽ в месяц (300 кВт·ч, как в счёте за октябрь)."


def test_the_average_is_not_priced_once_it_is_used_up() -> None:
    uses = [use(OCTOBER, "estimated", "1", "150")]
    assert costs("estimated", "estimated", "estimated", uses=uses) == ""


@pytest.mark.parametrize(
    "uses",
    [
        [],
        [use(OCTOBER, "estimated", "1", None)],
        [use(OCTOBER, "estimated", "3", "10")],
        [use(OCTOBER, "estimated", "1", "10"), use(OCTOBER, "actual", "2", "10")],
    ],
    ids=["no lines", "no use", "no price", "one zone was read"],
)
def test_no_cost_is_guessed(uses: list[BilledUse]) -> None:
    assert costs("actual", "estimated", uses=uses) == ""


@pytest.fixture
def _unsent(alices_flat: Link) -> None:
    """Nothing read since July; bills of September and October by average."""
    meter = Meter.objects.get(installations__account=alices_flat.account)
    Reading.objects.filter(meter=meter, taken_on__gt="2026-08-01").delete()
    BillLine.objects.update(kind="estimated")
    september = factories.BillFactory(account=alices_flat.account, period=date(2026, 9, 1))
    for code in ("1", "2"):
        factories.BillLineFactory(bill=september, serial=meter.serial, code=code, kind="estimated")


@pytest.mark.django_db
@pytest.mark.usefixtures("_unsent")
def test_the_card_says_how_long_the_average_lasts(as_alice: PageClient, alices_flat: Link) -> None:
    with time_machine.travel(NOW, tick=False):
        html = as_alice.get("/readings/").content.decode()
    assert "2\u00a0месяца подряд по среднему: сентябрь, октябрь." in html
    assert "по среднему посчитают ещё 1\u00a0месяц, а со счёта за декабрь — по нормативу." in html


@pytest.mark.django_db
@pytest.mark.usefixtures("_unsent")
def test_the_card_reads_a_serial_that_bills_write_their_own_way(as_alice: PageClient, alices_flat: Link) -> None:
    for line in BillLine.objects.all():
        BillLine.objects.filter(pk=line.pk).update(serial=f"ПЛ-00{line.serial}")
    with time_machine.travel(NOW, tick=False):
        html = as_alice.get("/readings/").content.decode()
    assert "2\u00a0месяца подряд по среднему: сентябрь, октябрь." in html


@pytest.mark.django_db
@pytest.mark.usefixtures("_unsent")
def test_the_card_says_what_it_costs_by_todays_tariff(as_alice: PageClient, alices_flat: Link) -> None:
    Tariff.objects.all().delete()
    for code, price in (("1", "7.00"), ("2", "4.00")):
        factories.TariffFactory(
            supplier=alices_flat.account.supplier, code=code, price=Decimal(price), valid_from=date(2026, 1, 1)
        )
    BillLine.objects.update(consumption=100)
    with time_machine.travel(NOW, tick=False):
        html = as_alice.get("/readings/").content.decode().replace("\u00a0", " ")
    assert "По среднему это около 1 100 ₽ в месяц (200 кВт·ч, как в счёте за октябрь)." in html
    assert "По счётчику, если расход у вас обычный, — около" in html


@pytest.mark.django_db
@pytest.mark.usefixtures("_unsent")
def test_once_sent_the_card_is_silent(as_alice: PageClient, alices_flat: Link) -> None:
    meter = Meter.objects.get(installations__account=alices_flat.account)
    Submission.objects.create(
        receipt="2611-000001-0",
        key="00000000-0000-4000-8000-000000000001",
        user=alices_flat.user,
        account=alices_flat.account,
        meter=meter,
        taken_on=NOW.date(),
        period=NOVEMBER,
        submitted_at=NOW,
    )
    with time_machine.travel(NOW, tick=False):
        assert "подряд по среднему" not in as_alice.get("/readings/").content.decode()


@pytest.mark.django_db
def test_a_bill_by_the_meter_is_not_commented_on(as_alice: PageClient, alices_flat: Link) -> None:
    assert Bill.objects.filter(account=alices_flat.account).exists()
    with time_machine.travel(NOW, tick=False):
        html = as_alice.get("/readings/").content.decode()
    assert "посчитано по среднему" not in html
    assert "норматив" not in html
