"""Staff see, by supplier and month, what the portal holds and what the billing system made of it."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Link, Supplier
from exchange import operations, tasks
from exchange.figures import FIGURES
from exchange.models import Reconciliation
from meters import operations as meters
from meters.models import Meter, Submission
from tests import factories, residents
from tests.exchange.conftest import send
from tests.exchange.packages import CLEAN, write_package
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def bill(sent: Submission, day: str, night: str) -> None:
    issued = factories.BillFactory(account=sent.account, period=sent.period)
    for code, current in (("1", day), ("2", night)):
        factories.BillLineFactory(bill=issued, serial=sent.meter.serial, code=code, current=Decimal(current))


@pytest.fixture
def november(tmp_path: Path) -> Reconciliation:
    """Five households: counted, billed otherwise, not billed, no bill yet, refused by the supplier."""
    sent = [
        send(residents.furnish(residents.make_resident(f"+790055504{number:02}")), "12896", "3588")
        for number in range(5)
    ]
    supplier = sent[0].account.supplier
    operations.export_readings(supplier=supplier, at=NOW)
    bill(sent[0], "12896", "3588")
    bill(sent[1], "12950", "3588")
    factories.BillFactory(account=sent[2].account, period=NOVEMBER)
    reply = tmp_path / "reply.csv"
    reply.write_text(
        f"receipt;status;reason\n{sent[4].receipt};refused;=cmd|Прибор заменён\n{sent[0].receipt};acknowledged;\n"
    )
    operations.take_reply(reply, at=NOW)
    meters.mark_billed_submissions(supplier_id=supplier.pk, at=NOW)
    factories.PersonalAccountFactory(supplier=supplier)
    Meter.objects.filter(pk=sent[3].meter_id).update(model="")
    operations.count_reconciliation(supplier_id=supplier.pk, period=NOVEMBER, at=NOW)
    return Reconciliation.objects.get(period=NOVEMBER)


def test_every_figure_is_counted(november: Reconciliation) -> None:
    figures = {code: count for code, count in november.figures.items() if count}

    assert figures == {
        "accounts": 6,
        "accounts_without_meter": 1,
        "meters": 5,
        "meters_without_data": 1,
        "submissions": 5,
        "submissions_handed_over": 3,
        "submissions_billed": 1,
        "submissions_refused": 1,
        "handed_over": 5,
        "handed_over_acknowledged": 1,
        "handed_over_refused": 1,
        "handed_over_sent": 3,
        "bills": 3,
        "billed_as_sent": 1,
        "billed_otherwise": 1,
        "not_billed": 1,
        "awaits_bill": 1,
    }
    assert set(november.figures) == {figure.code for figure in FIGURES}


def test_another_supplier_and_another_month_are_not_counted(november: Reconciliation) -> None:
    other = factories.SupplierFactory(code="water", name="Вода")

    operations.count_reconciliation(supplier_id=other.pk, period=NOVEMBER, at=NOW)
    operations.count_reconciliation(supplier_id=november.supplier_id, period=date(2026, 9, 1), at=NOW)

    assert not any(Reconciliation.objects.get(supplier=other).figures.values())
    september = Reconciliation.objects.get(period=date(2026, 9, 1)).figures
    assert {code for code, count in september.items() if count} == {
        "accounts", "accounts_without_meter", "meters", "meters_without_data"
    }  # fmt: skip


def test_each_figure_leads_to_as_many_rows(as_staff: Client, november: Reconciliation) -> None:
    for figure in FIGURES:
        page = as_staff.get(reverse("admin:exchange_reconciliation_rows", args=[november.pk, figure.code]))
        assert len(page.context["rows"]) == november.figures[figure.code], figure.code
        for url, *_ in page.context["rows"]:
            assert as_staff.get(url).status_code == 200, url


def test_the_page_shows_the_figures_and_where_they_lead(as_staff: Client, november: Reconciliation) -> None:
    page = as_staff.get(reverse("admin:exchange_reconciliation_change", args=[november.pk]))

    assert "Посчитано 20 ноября, 12:00." in page.text.replace("\u00a0", " ")
    assert reverse("admin:exchange_reconciliation_rows", args=[november.pk, "billed_otherwise"]) in page.text
    listed = as_staff.get(reverse("admin:exchange_reconciliation_changelist")).text.replace("\u00a0", " ")
    assert "ноябрь 2026" in listed


def test_what_was_billed_otherwise_says_both_values(as_staff: Client, november: Reconciliation) -> None:
    page = as_staff.get(reverse("admin:exchange_reconciliation_rows", args=[november.pk, "billed_otherwise"]))

    assert "День: 12896 → 12950" in page.text


def test_pages_cost_the_same_however_many_rows(as_staff: Client, november: Reconciliation) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_staff.get(address).status_code == 200
        return len(queries)

    work = reverse("admin:exchange_reconciliation_change", args=[november.pk])
    rows = reverse("admin:exchange_reconciliation_rows", args=[november.pk, "accounts"])
    count(work)
    before = count(work), count(rows)
    factories.PersonalAccountFactory.create_batch(150, supplier=november.supplier)
    operations.count_reconciliation(supplier_id=november.supplier_id, period=NOVEMBER, at=NOW)

    assert (count(work), count(rows)) == before
    assert max(before) <= 8


def test_a_long_list_is_leafed_through(as_staff: Client, november: Reconciliation) -> None:
    factories.PersonalAccountFactory.create_batch(120, supplier=november.supplier)
    address = reverse("admin:exchange_reconciliation_rows", args=[november.pk, "accounts"])

    first = as_staff.get(address)
    second = as_staff.get(f"{address}?after={first.context['next']}")

    numbers = [row[1] for page in (first, second) for row in page.context["rows"]]
    assert (len(numbers), len(set(numbers)), second.context["next"]) == (126, 126, None)


class TestAsAFile:
    def test_the_figures(self, as_staff: Client, november: Reconciliation) -> None:
        answer = as_staff.get(reverse("admin:exchange_reconciliation_csv", args=[november.pk]))

        lines = answer.getvalue().decode().splitlines()
        assert lines[0] == "group;code;title;count"
        assert "В счетах;billed_otherwise;В счёте другое значение;1" in lines
        assert answer.headers["Content-Disposition"] == 'attachment; filename="reconciliation-psk-2026-11.csv"'

    def test_the_rows_harmless_and_recorded(
        self, as_staff: Client, november: Reconciliation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("exchange.staff_reconciliation.CHUNK", 1)
        address = reverse("admin:exchange_reconciliation_rows_csv", args=[november.pk, "handed_over_refused"])

        lines = as_staff.get(address).getvalue().decode().splitlines()

        assert len(lines) == 2
        assert lines[1].endswith(";'=cmd|Прибор заменён")
        assert LogEntry.objects.get().change_message == "Скачаны строки «не принято»"


class TestCountedByAWorker:
    def test_every_supplier_has_its_latest_months(self, alices_flat: Link) -> None:
        tasks.count_reconciliations()

        rows = Reconciliation.objects.order_by("-period")
        assert [row.period for row in rows] == [NOVEMBER, date(2026, 10, 1), date(2026, 9, 1)]
        assert not any(row.is_waiting for row in rows)

    def test_within_the_hour_nothing_is_counted_again(self, alices_flat: Link) -> None:
        tasks.count_reconciliations()
        factories.PersonalAccountFactory()

        tasks.count_reconciliations()
        assert Reconciliation.objects.get(period=NOVEMBER).figures["accounts"] == 1
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            tasks.count_reconciliations()
        assert Reconciliation.objects.get(period=NOVEMBER).figures["accounts"] == 2

    def test_staff_ask_for_it(self, as_staff: Client, november: Reconciliation) -> None:
        with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
            shown = as_staff.post(reverse("admin:exchange_reconciliation_count", args=[november.pk]), follow=True).text
            assert "Считаем" in shown
            factories.PersonalAccountFactory(supplier=november.supplier)
            tasks.count_reconciliations()

        november.refresh_from_db()
        assert (november.figures["accounts"], november.is_waiting) == (7, False)

    def test_an_import_leaves_fresh_figures(self, tmp_path: Path) -> None:
        operations.import_registry(write_package(tmp_path / "p", CLEAN), at=NOW)

        row = Reconciliation.objects.get()
        assert (row.supplier, row.period, row.figures["accounts"]) == (Supplier.objects.get(), date(2026, 10, 1), 2)


def test_residents_see_nothing_of_it(as_alice: PageClient, november: Reconciliation) -> None:
    for name, more in (("change", []), ("csv", []), ("rows", ["accounts"]), ("rows_csv", ["accounts"])):
        address: Any = reverse(f"admin:exchange_reconciliation_{name}", args=[november.pk, *more])
        assert as_alice.get(address).status_code == 302


def test_what_is_not_there(as_staff: Client, november: Reconciliation) -> None:
    assert as_staff.get(reverse("admin:exchange_reconciliation_rows", args=[november.pk, "x"])).status_code == 404
    assert as_staff.get(reverse("admin:exchange_reconciliation_change", args=[999])).status_code == 404
