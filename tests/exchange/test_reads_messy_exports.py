import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing.models import Bill, Payment, PersonalAccount
from exchange.models import ImportRun
from exchange.operations import import_registry
from meters.models import Reading
from tests.exchange.packages import ACCOUNTS, BILLS, CLEAN, PAYMENTS, write_package
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def take(folder: Path, files: dict[str, str | bytes], **totals: object) -> ImportRun:
    run = import_registry(write_package(folder, CLEAN | files, totals=dict(totals)), at=NOW)  # type: ignore[operator]
    assert (run.status, list(run.rejected_rows.values_list("line", "reason"))) == ("applied", []), run.reason
    return run


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ACCOUNTS.encode("windows-1251"), id="windows-1251"),
        pytest.param(b"\xef\xbb\xbf" + ACCOUNTS.encode(), id="byte order mark"),
        pytest.param(ACCOUNTS.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(ACCOUNTS.replace(";", "\t").encode(), id="tabs"),
        pytest.param(ACCOUNTS.replace(";", " ; ").encode(), id="spaces around values"),
        pytest.param(ACCOUNTS.replace("active;\n", 'active;""\n').encode(), id="quotes"),
        pytest.param(ACCOUNTS.rstrip("\n").encode(), id="no line end"),
        pytest.param(ACCOUNTS.replace("active;\n", "active;\n\n   \n").encode(), id="blank lines"),
        pytest.param(ACCOUNTS.replace(";service;", ";SERVICE ;").encode(), id="header in capitals"),
        pytest.param(b"\xef\xbb\xbf" + ACCOUNTS.replace("\n", "\r\n").replace(";", "\t").encode(), id="all at once"),
    ],
)
def test_accounts_arrive_the_same_however_exported(tmp_path: Path, content: bytes) -> None:
    take(tmp_path / "p", {"personal_accounts.csv": content})

    account = PersonalAccount.objects.get(number=r"018\00000002")
    assert (account.address, account.lock_reason) == ("СНТ «Ёлочка», уч. 48", "По решению суда")
    assert PersonalAccount.objects.count() == 2


def test_commas_between_and_within(tmp_path: Path) -> None:
    bills = 'account,number,period,amount_due,charged\n018\\00000001,B1,2026-09,"1 873,50","-0,5"\n'

    take(tmp_path / "p", {"bills.csv": bills}, **{"bills.csv": {"rows": 1, "sum": {"amount_due": "1873.50"}}})

    assert (Bill.objects.get().amount_due, Bill.objects.get().charged) == (Decimal("1873.50"), Decimal("-0.50"))


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_thousands_apart_and_russian_dates(tmp_path: Path, space: str) -> None:
    payments = (
        "account;paid_on;posted_on;amount;document\n"
        f"018\\00000001;07.10.2026;9.10.2026 00:00:00;12{space}873,5;P1\n018\\00000001;2026-10-08;;10;P2\n"
    )

    take(tmp_path / "p", {"payments.csv": payments.encode()}, **{"payments.csv": {"sum": {"amount": "12883.50"}}})

    payment = Payment.objects.get(document="P1")
    assert (payment.amount, payment.paid_on, payment.posted_on) == (
        Decimal("12873.50"),
        date(2026, 10, 7),
        date(2026, 10, 9),
    )


def test_months_as_spreadsheets_write_them(tmp_path: Path) -> None:
    take(tmp_path / "p", {"bills.csv": BILLS.replace(";2026-09;", ";01.09.2026;")})

    assert Bill.objects.get().period == date(2026, 9, 1)


def test_the_last_day_of_february_is_a_day(tmp_path: Path) -> None:
    readings = "registration;code;taken_on;value;kind;source\nR1;1;2024-02-29;150;actual;resident\n"

    take(tmp_path / "p", {"readings.csv": readings})

    assert Reading.objects.get().taken_on == date(2024, 2, 29)


def test_columns_in_another_order(tmp_path: Path) -> None:
    payments = "document;amount;account;paid_on\nP1;873.50;018\\00000001;2026-10-07\n"

    take(tmp_path / "p", {"payments.csv": payments})

    assert Payment.objects.get().agent == ""


@pytest.mark.parametrize("folder", ["", "psk-2026-10/"])
def test_an_archive_is_as_good_as_a_folder(tmp_path: Path, folder: str) -> None:
    package = write_package(tmp_path / "p", CLEAN)
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in package.iterdir():
            archive.write(file, folder + file.name)

    run = import_registry(path, at=NOW)

    assert (run.status, run.source) == (ImportRun.Status.APPLIED, "p.zip")
    assert Payment.objects.get().amount == Decimal("873.50")


def test_many_lines_cross_the_blocks_and_keep_their_numbers(tmp_path: Path) -> None:
    lines = PAYMENTS.splitlines()[0] + "\n"
    lines += "".join(f"018\\00000001;2026-10-07;2026-10-09;1.01;Сбербанк;P{number:06d}\n" for number in range(9000))
    lines += "018\\00000001;2026-02-30;;1.00;;P-bad\n" + "018\\00000009;2026-10-07;;1.00;;P-unknown\n"

    run = import_registry(write_package(tmp_path / "p", CLEAN | {"payments.csv": lines}), at=NOW)

    assert len(lines.encode()) > 256 * 1024
    assert run.counts["payments.csv"]["added"] == 9000
    rejects = run.rejected_rows.order_by("line").values_list("line", "column", "value", "reason")
    assert list(rejects) == [
        (9002, "paid_on", "2026-02-30", "такой даты нет"),
        (9003, "account", r"018\00000009", "такого лицевого счёта нет"),
    ]


class TestLineBreaksInsideQuotes:
    def test_are_spaces_and_the_lines_after_keep_their_numbers(self, tmp_path: Path) -> None:
        payments = (
            "account;paid_on;amount;agent;document\n"
            '018\\00000001;2026-10-07;1;"Сбербанк\n«Онлайн»\n\n; касса";P1\n'
            "018\\00000001;2026-10-08;2;СБП;P2\n"
            '018\\00000009;2026-10-08;3;"Почта\nРоссии";P3\n'
            "018\\00000009;2026-10-08;4;;P4\n"
        )

        run = import_registry(write_package(tmp_path / "p", CLEAN | {"payments.csv": payments}), at=NOW)

        assert Payment.objects.get(document="P1").agent == "Сбербанк «Онлайн»  ; касса"
        assert Payment.objects.count() == 2
        assert run.counts["payments.csv"]["rows"] == 4
        assert list(run.rejected_rows.order_by("line").values_list("line", "column")) == [
            (7, "account"),
            (9, "account"),
        ]

    def test_a_quote_left_open_costs_its_own_line_alone(self, tmp_path: Path) -> None:
        payments = (
            "account;paid_on;amount;agent;document\n"
            '018\\00000001;2026-10-07;1;"Сбербанк;P1\n'
            "018\\00000001;2026-10-08;2;СБП;P2\n"
            '018\\00000001;2026-10-08;3;"Почта;P3\n'
            "018\\00000001;2026-10-08;4;;P4\n"
        )

        run = import_registry(write_package(tmp_path / "p", CLEAN | {"payments.csv": payments}), at=NOW)

        assert sorted(Payment.objects.values_list("document", flat=True)) == ["P2", "P4"]
        assert list(run.rejected_rows.order_by("line").values_list("line", "reason")) == [
            (2, "кавычки не закрыты или стоят не на месте"),
            (4, "кавычки не закрыты или стоят не на месте"),
        ]

    @pytest.mark.parametrize("shift", [0, 25])
    def test_at_the_end_of_a_block_they_are_whole_too(self, tmp_path: Path, shift: int) -> None:
        header = "account;paid_on;amount;agent;document\n"
        plain = "018\\00000001;2026-10-07;1.01;Сбербанк;P{0:06d}\n"
        count = (256 * 1024 - shift) // len(plain.format(0).encode())
        lines = "".join(plain.format(number) for number in range(count))
        broken = '018\\00000001;2026-10-07;5;"Почта\nРоссии\nмосква";B{0}\n'
        payments = header + lines + "".join(broken.format(number) for number in range(4)) + plain.format(999999)

        run = import_registry(write_package(tmp_path / "p", CLEAN | {"payments.csv": payments}), at=NOW)

        assert run.counts["payments.csv"]["rejected"] == 0
        assert Payment.objects.filter(agent="Почта России москва").count() == 4
        assert Payment.objects.count() == count + 5
