"""Many new rows become a partition of their own. Here one row is many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction

from billing import operations, partitions
from billing import queries as billing
from billing.models import Bill, BillLine, BillNews, Payment, PersonalAccount
from billing.operations import folding
from exchange import writing
from exchange.operations import import_registry
from tests import residents
from tests.exchange.packages import BILLS, CLEAN, write_package
from tests.exchange.test_takes_a_package import row_versions, take
from tests.factories import NOW, BillFactory, LinkFactory, PaymentFactory

pytestmark = pytest.mark.django_db
SEPTEMBER = "018\\00000001;B1;2026-09;2026-10-03;2026-10-15;0.00;884.00;-10.50;0.00;0.00;873.50;123456789012345678\n"
OCTOBER = SEPTEMBER.replace("B1;2026-09;2026-10-03;2026-10-15", "B2;2026-10;2026-11-03;2026-11-15")
TWO_BILLS = CLEAN | {"bills.csv": BILLS + OCTOBER}


@pytest.fixture(autouse=True)
def _one_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LARGE", 1)


def count_partitions() -> dict[str, int]:
    return {table: len(partitions.get_partitions(table)) for table in partitions.TABLES}


def test_each_large_load_is_a_partition_with_the_indexes_of_the_others(tmp_path: Path) -> None:
    take(tmp_path / "p", TWO_BILLS)

    assert count_partitions() == {"billing_bill": 2, "billing_billline": 2, "billing_payment": 2}
    assert [model.objects.count() for model in (Bill, BillLine, Payment)] == [2, 2, 1]
    with connection.cursor() as cursor:
        for table in partitions.TABLES:
            everyday, load = partitions.get_partitions(table)
            cursor.execute(
                "SELECT count(*) FILTER (WHERE indrelid = %s::regclass), "
                "count(*) FILTER (WHERE indrelid = %s::regclass), bool_and(indisvalid) FROM pg_index",
                [everyday.name, load.name],
            )
            ours, theirs, are_valid = cursor.fetchone()
            assert ours == theirs >= 2
            assert are_valid


def test_the_same_package_again_writes_nothing(tmp_path: Path) -> None:
    take(tmp_path / "p", TWO_BILLS)
    before = row_versions()

    run = take(tmp_path / "p", TWO_BILLS)

    assert row_versions() == before
    assert {file: counts["same"] for file, counts in run.counts.items()} == {
        file: counts["rows"] for file, counts in run.counts.items()
    }


def test_a_later_package_corrects_and_adds(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)

    corrected = SEPTEMBER.replace("873.50", "900.00").replace(";2026-09;", ";2026-08;")
    run = take(tmp_path / "2", {"bills.csv": BILLS.splitlines(keepends=True)[0] + corrected + OCTOBER})

    assert run.counts["bills.csv"] == {"rows": 2, "added": 1, "changed": 1, "same": 0, "rejected": 0}
    assert set(Bill.objects.values_list("number", "period", "amount_due")) == {
        ("B1", date(2026, 8, 1), Decimal("900.00")),
        ("B2", date(2026, 10, 1), Decimal("873.50")),
    }
    assert count_partitions()["billing_bill"] == 3


def test_a_key_twice_in_a_large_load_is_refused_as_ever(tmp_path: Path) -> None:
    double = OCTOBER.replace("873.50", "1.00")

    run = take(tmp_path / "p", CLEAN | {"bills.csv": BILLS + OCTOBER + double})

    assert run.counts["bills.csv"]["added"] == 2
    assert (run.rejected_rows.get().line, run.rejected_rows.get().value) == (4, "B2")
    assert Bill.objects.get(number="B2").amount_due == Decimal("873.50")


def test_a_bill_of_nobody_in_a_large_load_is_refused_as_ever(tmp_path: Path) -> None:
    nobodys = OCTOBER.replace("00000001;B2", "00000404;B404")

    run = take(tmp_path / "p", CLEAN | {"bills.csv": BILLS + nobodys + OCTOBER})

    assert run.counts["bills.csv"] == {"rows": 3, "added": 2, "changed": 0, "same": 0, "rejected": 1}
    refused = run.rejected_rows.get()
    assert (refused.line, refused.column, refused.value) == (3, "account", r"018\00000404")


@pytest.mark.parametrize("order", [1, -1])
def test_a_large_load_lies_in_the_order_of_its_owners(tmp_path: Path, order: int) -> None:
    of_another = OCTOBER.replace("00000001;B2", "00000002;B3")
    bills = [SEPTEMBER, OCTOBER, of_another][::order]

    take(tmp_path / "p", CLEAN | {"bills.csv": "".join([BILLS.splitlines(keepends=True)[0], *bills])})

    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM billing_bill ORDER BY tableoid, ctid")
        assert [number for (number,) in cursor.fetchall()] == ["B1", "B2", "B3"]


def test_a_held_load_leaves_no_table_behind(tmp_path: Path) -> None:
    run = import_registry(write_package(tmp_path / "p", CLEAN, totals={"bills.csv": {"rows": 7}}), at=NOW)

    assert run.status == run.Status.HELD
    assert count_partitions() == dict.fromkeys(partitions.TABLES, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'staging%%'")
        assert cursor.fetchone() == (0,)


def test_when_there_are_many_partitions_the_next_load_goes_in_the_plain_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "MOST_LOADS", 1)
    take(tmp_path / "1", CLEAN)

    take(tmp_path / "2", TWO_BILLS)

    assert count_partitions()["billing_bill"] == 2
    assert Bill.objects.get(number="B2").pk < partitions.FIRST_BLOCK_ID


def test_bills_written_one_by_one_after_a_load_are_news_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take(tmp_path / "1", CLEAN)
    account = PersonalAccount.objects.get(number=r"018\00000001")
    LinkFactory(user=residents.make_resident(residents.ALICE), account=account)
    monkeypatch.setattr(writing, "LARGE", 100)

    take(tmp_path / "2", TWO_BILLS)

    assert [news.number for news in BillNews.objects.all()] == ["B2"]


def test_the_newest_bill_is_found_wherever_it_lies(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)
    account = PersonalAccount.objects.get(number=r"018\00000001")

    newest = BillFactory(account=account, supplier=account.supplier, number="B3", period=date(2026, 11, 1))

    assert billing.get_last_bills([account.pk]) == {account.pk: newest}


@pytest.mark.parametrize("table", ["billing_bill", "billing_payment"])
def test_a_row_needs_an_owner_that_is_there(table: str) -> None:
    row = BillFactory() if table == "billing_bill" else PaymentFactory()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET account_id = 404 WHERE id = %s", [row.pk])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_personalaccount")


def list_bills() -> set[tuple[object, ...]]:
    return set(Bill.objects.values_list("pk", "public_id", "number", "lines__amount"))


def take_three_months(folder: Path) -> None:
    header = BILLS.splitlines(keepends=True)[0]
    take(folder / "1", CLEAN)
    take(folder / "2", {"bills.csv": header + OCTOBER})
    take(folder / "3", {"bills.csv": header + OCTOBER.replace("B2", "B3")})


def test_old_loads_are_folded_into_one(tmp_path: Path) -> None:
    take_three_months(tmp_path)
    before = list_bills()

    call_command("fold_partitions", keep=2, stdout=StringIO())

    assert count_partitions() == {"billing_bill": 3, "billing_billline": 2, "billing_payment": 2}
    assert list_bills() == before
    run = take(tmp_path / "4", TWO_BILLS)
    assert (run.counts["bills.csv"]["same"], run.counts["bill_lines.csv"]["same"]) == (2, 2)
    joined = partitions.get_partitions("billing_bill")[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass AND indisvalid", [joined.name])
        assert cursor.fetchone() == (4,)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_folded_while_somebody_looks_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_three_months(tmp_path)
    monkeypatch.setattr(folding, "TRIES", 1)
    looks, folded = Event(), Event()

    def look() -> None:
        with transaction.atomic():
            Bill.objects.count()
            looks.set()
            folded.wait(10)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(look)
        looks.wait(10)
        with pytest.raises(operations.CannotFold):
            operations.fold_partitions(table="billing_bill", keep=1)
        folded.set()

    assert count_partitions()["billing_bill"] == 4
    assert operations.fold_partitions(table="billing_bill", keep=1) == 3
    assert Bill.objects.count() == 3
