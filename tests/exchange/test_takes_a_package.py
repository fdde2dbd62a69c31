from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from billing.models import Bill, BillLine, Branch, Payment, PersonalAccount, Supplier, Tariff
from exchange.models import ImportRun
from exchange.operations import import_registry
from meters.models import Installation, Meter, Reading, Scale, Submission
from tests.exchange.packages import ACCOUNTS, BILL_LINES, CLEAN, METERS, READINGS, WHOLE_TOTALS, write_package
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
MODELS = (Supplier, Branch, PersonalAccount, Meter, Installation, Scale, Reading, Bill, BillLine, Payment, Tariff)


def take(folder: Path, files: dict[str, str], **options: object) -> ImportRun:
    run = import_registry(write_package(folder, files, **options), at=NOW)  # type: ignore[arg-type]
    assert run.status == ImportRun.Status.APPLIED, run.reason
    return run


def row_versions() -> dict[str, set[tuple[object, ...]]]:
    found = {}
    for model in MODELS:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, xmin::text, ctid::text FROM {model._meta.db_table}")
            found[model.__name__] = set(cursor.fetchall())
    return found


def test_every_file_becomes_rows(tmp_path: Path) -> None:
    run = take(tmp_path / "p", CLEAN, totals=WHOLE_TOTALS)

    assert run.rejected_rows.count() == 0
    assert run.counts["readings.csv"] == {"rows": 3, "added": 3, "changed": 0, "same": 0, "rejected": 0}
    assert [model.objects.count() for model in MODELS] == [1, 1, 2, 2, 2, 3, 3, 1, 2, 1, 1]
    account = PersonalAccount.objects.get(number=r"018\00000001")
    assert (account.digits, account.address) == ("01800000001", "г. Заречный, ул. Фонарная, д. 7, кв. 21")
    bill = Bill.objects.get()
    assert (bill.account, bill.period, bill.recalculated) == (account, date(2026, 9, 1), Decimal("-10.50"))
    meter = Meter.objects.get(registration="R1")
    assert (meter.serial_key, meter.ratio, meter.installations.get().installed_on) == (
        "123456",
        Decimal(1),
        date(2019, 5, 20),
    )
    assert Meter.objects.get(registration="R2").voltage == 230
    assert Supplier.objects.get().data_as_of is not None


def test_the_same_package_twice_writes_nothing(tmp_path: Path) -> None:
    take(tmp_path / "p", CLEAN)
    before = row_versions()

    run = take(tmp_path / "p", CLEAN)

    assert row_versions() == before
    assert {file: (counts["added"], counts["changed"]) for file, counts in run.counts.items()} == dict.fromkeys(
        CLEAN, (0, 0)
    )


def test_a_later_package_corrects_row_by_row_and_keeps_the_rest(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)
    before = row_versions()["Reading"]

    run = take(tmp_path / "2", {"readings.csv": READINGS.splitlines()[0] + "\nR1;1;2026-09-20;201;actual;resident\n"})

    assert run.counts["readings.csv"] == {"rows": 1, "added": 0, "changed": 1, "same": 0, "rejected": 0}
    assert Reading.objects.get(scale__code="1").value == 201
    assert len(before & row_versions()["Reading"]) == 2


def test_a_column_that_is_not_there_leaves_what_was_known(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)

    take(tmp_path / "2", {"personal_accounts.csv": "number;service\n018\\00000002;electricity\n"})

    account = PersonalAccount.objects.get(number=r"018\00000002")
    assert (account.status, account.address) == ("locked", "СНТ «Ёлочка», уч. 48")


def test_an_unknown_column_is_reported_once(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("lock_reason\n", "lock_reason;mood\n").replace("active;\n", "active;;good\n")
    accounts = accounts.replace("суда\n", "суда;bad\n")

    run = take(tmp_path / "p", CLEAN | {"personal_accounts.csv": accounts})

    assert run.counts["personal_accounts.csv"]["unknown_columns"] == ["mood"]
    assert PersonalAccount.objects.count() == 2


def test_a_corrected_bill_loses_the_lines_it_no_longer_has(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)

    run = take(tmp_path / "2", {"bill_lines.csv": BILL_LINES.replace("7.20;720.00", "7.30;730.00")})

    assert run.counts["bill_lines.csv"]["removed"] == 1
    assert sorted(BillLine.objects.values_list("amount", flat=True)) == [Decimal(164), Decimal(730)]


def test_a_meter_that_moves_keeps_where_it_was(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)

    take(tmp_path / "2", {"meters.csv": METERS.replace("018\\00000001;R1", "018\\00000002;R1").replace("2019", "2025")})

    places = Installation.objects.filter(meter__registration="R1").order_by("installed_on")
    assert [(place.account.number, place.installed_on, place.removed_on) for place in places] == [
        (r"018\00000001", date(2019, 5, 20), date(2025, 5, 20)),
        (r"018\00000002", date(2025, 5, 20), None),
    ]


def test_a_meter_written_to_a_wrong_account_leaves_it(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)

    take(tmp_path / "2", {"meters.csv": METERS.replace("018\\00000001;R1", "018\\00000002;R1")})

    assert Installation.objects.get(meter__registration="R1").account.number == r"018\00000002"


def test_a_removed_meter_is_closed(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)
    meters = (
        "account;registration;status;installed_on;removed_on\n018\\00000001;R1;removed;2019-05-20;2026-10-01\n"
        "018\\00000001;R3;active;2026-10-01;\n"
    )

    take(tmp_path / "2", {"meters.csv": meters})

    assert Installation.objects.get(meter__registration="R1").removed_on == date(2026, 10, 1)
    assert Meter.objects.get(registration="R1").serial == "ПЛ-00123456"


def test_a_reading_sent_through_the_portal_stays_tied_to_its_submission(tmp_path: Path) -> None:
    take(tmp_path / "1", CLEAN)
    reading = Reading.objects.select_related("meter").get(scale__code="1")
    reading.submission = Submission.objects.create(
        receipt="26-000001",
        key=uuid4(),
        user=UserFactory(),
        account=PersonalAccount.objects.get(number=r"018\00000001"),
        meter=reading.meter,
        taken_on=reading.taken_on,
        period=date(2026, 9, 1),
        submitted_at=NOW,
    )
    reading.save()

    take(tmp_path / "2", {"readings.csv": READINGS.replace(";200;", ";205;")})

    corrected = Reading.objects.get(pk=reading.pk)
    assert (corrected.value, corrected.submission) == (205, reading.submission)


def test_one_line_of_many_is_corrected(tmp_path: Path) -> None:
    """Few differences in a large file are looked at alone."""
    lines = BILL_LINES + "".join(f"B1;electricity;;{code};;;norm;;;;1.00\n" for code in range(3, 90))
    take(tmp_path / "1", CLEAN | {"bill_lines.csv": lines})

    run = take(tmp_path / "2", {"bill_lines.csv": lines.replace(";100;200;actual;", ";100;207;actual;")})

    counts = run.counts["bill_lines.csv"]
    assert (counts["added"], counts["changed"], counts["same"]) == (0, 1, 88)
    assert BillLine.objects.get(code="1").current == 207
