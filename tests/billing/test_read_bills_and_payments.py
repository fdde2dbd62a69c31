"""«Оплата»: what is due, bills, payments, tariffs and branches."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing import queries
from billing.models import Bill, Link
from tests import factories
from tests.pages import PageClient

SPACE = "\N{NO-BREAK SPACE}"


def page_text(client: PageClient, name: str, *keys: object, **params: object) -> str:
    response = client.get(reverse(f"billing:{name}", args=keys), params)
    assert response.status_code == 200
    return response.content.decode()


def test_without_accounts_the_page_says_what_will_be_there(as_alice: PageClient) -> None:
    assert "Пока нет лицевых счетов" in page_text(as_alice, "payment_overview")
    assert "Счетов пока нет" in page_text(as_alice, "bill_list")
    assert "Платежей пока нет" in page_text(as_alice, "payment_list")


def test_what_is_due_takes_payments_since_the_bill_into_account(as_alice: PageClient, alices_flat: Link) -> None:
    account = alices_flat.account
    account.payments.update(amount=Decimal("412.80"))
    html = page_text(as_alice, "payment_overview")
    assert f"3{SPACE}000,00{SPACE}₽" in html
    assert f"412,80{SPACE}₽" in html


def test_paid_in_full_is_said(as_alice: PageClient, alices_flat: Link) -> None:
    html = page_text(as_alice, "payment_overview")
    assert "всё оплачено" in html


def test_an_overpaid_account_does_not_lessen_the_others(as_alice: PageClient, alices_flat: Link) -> None:
    rich = factories.BillFactory(amount_due=Decimal("-500.00"))
    factories.LinkFactory(user=alices_flat.user, account=rich.account, group=alices_flat.group)
    Bill.objects.filter(account=alices_flat.account).update(amount_due=Decimal("4412.80"))
    response = as_alice.get(reverse("billing:payment_overview"))
    assert response.context["due"] == Decimal("1000.00")
    assert "переплата" in response.content.decode()


def test_what_is_to_be_paid_stands_first_and_late_before_that(as_alice: PageClient, alices_flat: Link) -> None:
    today = timezone.localdate()
    for due_on in (today + timedelta(days=5), today - timedelta(days=5)):
        bill = factories.BillFactory(amount_due=Decimal("700.00"), due_on=due_on)
        factories.LinkFactory(user=alices_flat.user, account=bill.account, group=alices_flat.group)
    cards = as_alice.get(reverse("billing:payment_overview")).context["cards"]
    said = [(card["balance"].to_pay, card["balance"].is_late) for card in cards]
    assert said == [(Decimal("700.00"), True), (Decimal("700.00"), False), (Decimal("0.00"), False)]


def test_a_bill_shows_its_lines_and_sums(as_alice: PageClient, alices_flat: Link) -> None:
    bill = Bill.objects.get()
    html = page_text(as_alice, "bill_detail", bill.public_id)
    for words in (
        "Счёт за октябрь 2026",
        f"12{SPACE}332",
        f"12{SPACE}612",
        "по счётчику",
        "Начислено",
        "Перерасчёт",
        "Пени",
        "Оплачено",
        "К оплате",
        bill.number,
    ):
        assert words in html


def test_a_bill_by_estimate_says_so_and_what_to_do(as_alice: PageClient, alices_flat: Link) -> None:
    bill = Bill.objects.get()
    bill.lines.filter(code="1").update(kind="estimated")
    html = page_text(as_alice, "bill_detail", bill.public_id)
    assert "есть расчётные показания" in html
    assert reverse("meters:reading_form") in html


def test_years_of_bills_are_read_page_by_page(as_alice: PageClient, alices_flat: Link) -> None:
    Bill.objects.all().delete()
    for month in range(60):
        factories.BillFactory(account=alices_flat.account, period=date(2021 + month // 12, month % 12 + 1, 1))
    seen: list[date] = []
    params: dict[str, str] = {}
    while True:
        response = as_alice.get(reverse("billing:bill_list"), params)
        seen += [row["bill"].period for row in response.context["rows"]]
        if not response.context["older"]:
            break
        assert "Раньше" in response.content.decode()
        params = {"before": response.context["older"]}
    assert len(seen) == 60
    assert seen == sorted(seen, reverse=True)


def test_pages_do_not_lose_payments_of_one_day(as_alice: PageClient, alices_flat: Link) -> None:
    for _ in range(50):
        factories.PaymentFactory(account=alices_flat.account)
    first = as_alice.get(reverse("billing:payment_list"))
    seen = {row["payment"].pk for row in first.context["rows"]}
    older = first.context["older"]
    while older:
        response = as_alice.get(reverse("billing:payment_list"), {"before": older})
        seen |= {row["payment"].pk for row in response.context["rows"]}
        older = response.context["older"]
    assert len(seen) == 51


@pytest.mark.parametrize("key", ["", "x", "2026-13-01.5", "2026-10-01.x", "2026-10-01." + "9" * 40, "2026-10-01.-1"])
def test_a_strange_place_in_the_list_breaks_nothing(as_alice: PageClient, alices_flat: Link, key: str) -> None:
    page_text(as_alice, "bill_list", before=key)


def test_lists_can_be_of_one_account(as_alice: PageClient, alices_flat: Link) -> None:
    other = factories.BillFactory()
    link = factories.LinkFactory(user=alices_flat.user, account=other.account, group=alices_flat.group, alias="Дача")
    response = as_alice.get(reverse("billing:bill_list"), {"account": link.pk})
    assert [row["bill"] for row in response.context["rows"]] == [other]
    assert as_alice.get(reverse("billing:payment_list"), {"account": "99999"}).status_code == 404


def test_tariffs_tell_ranges_and_dates(as_alice: PageClient, alices_flat: Link) -> None:
    supplier = alices_flat.account.supplier
    for valid_from, price in ((date(2025, 7, 1), "6.84"), (date(2026, 7, 1), "7.20"), (date(2027, 1, 1), "7.7044")):
        factories.TariffFactory(supplier=supplier, valid_from=valid_from, price=price, range_to=1200)
        factories.TariffFactory(supplier=supplier, valid_from=valid_from, range_from=1200, price=Decimal(price) + 2)
    html = page_text(as_alice, "tariff_list")
    for words in ("7,20 ₽", "6,84 ₽", "7,7044 ₽", f"1{SPACE}июля 2026", f"до 1{SPACE}200", f"больше 1{SPACE}200"):
        assert words in html
    current = queries.get_tariffs([supplier.pk], date(2026, 11, 20))
    assert [row.price for row in current] == [Decimal("7.20"), Decimal("9.20")]


def test_tariffs_of_scales_that_no_own_meter_has_stand_apart(as_alice: PageClient, alices_flat: Link) -> None:
    supplier = alices_flat.account.supplier
    installation = factories.InstallationFactory(account=alices_flat.account)
    factories.ScaleFactory(meter=installation.meter, code="1", name="День")
    for code in ("1", "3"):
        factories.TariffFactory(supplier=supplier, code=code, valid_from=date(2025, 7, 1))
    block = as_alice.get(reverse("billing:tariff_list")).context["blocks"][0]
    assert [row.scale for row in block["current"]] == ["День"]
    assert [row.scale for row in block["others"]] == ["шкала 3"]


def test_a_code_is_not_told_where_there_is_one_price(as_alice: PageClient, alices_flat: Link) -> None:
    factories.TariffFactory(supplier=alices_flat.account.supplier, code="0", valid_from=date(2025, 7, 1))
    block = as_alice.get(reverse("billing:tariff_list")).context["blocks"][0]
    assert [row.scale for row in block["current"]] == ["одна цена"]


def test_branches_tell_ones_own_first(as_alice: PageClient, alices_flat: Link) -> None:
    factories.BranchFactory(supplier=alices_flat.account.supplier, prefix="", name="Головное отделение")
    response = as_alice.get(reverse("billing:branch_list"))
    assert [row["branch"].name for row in response.context["own"]] == ["Заречное отделение"]
    assert [row["branch"].name for row in response.context["others"]] == ["Головное отделение"]


def test_the_branch_with_the_longest_prefix_is_chosen(alices_flat: Link) -> None:
    account = alices_flat.account
    factories.BranchFactory(supplier=account.supplier, prefix="", name="Головное отделение")
    factories.BranchFactory(supplier=account.supplier, prefix="01", name="Северное отделение")
    branch = queries.get_branch_for(account)
    assert branch is not None
    assert branch.name == "Заречное отделение"
