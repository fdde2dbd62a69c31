"""Billing systems still write DBF: the same facts come out of it, letter by letter and digit by digit."""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

import dbfread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Bill, Payment, PersonalAccount
from exchange.dbf import DbfTable, choose_encoding, read_memo
from exchange.kept_packages import find_package
from exchange.models import ImportRun
from exchange.operations import import_registry
from exchange.tables import BadTable, Fault
from meters.models import Reading
from tests.exchange.packages import CLEAN, write_archive, write_package
from tests.exchange.tabular import Field, read_rows, write_dbf
from tests.factories import NOW

PAYMENTS: list[Field] = [
    ("ACCOUNT", "C", 20, 0),
    ("PAID_ON", "D", 8, 0),
    ("POSTED_ON", "D", 8, 0),
    ("AMOUNT", "N", 12, 2),
    ("AGENT", "C", 30, 0),
    ("DOCUMENT", "C", 10, 0),
]
RECORDS = [
    [r"018\00000001", "20261007", "20261009", "412.10", "Сбербанк Онлайн", "P1"],
    [r"018\00000001", "20261008", "", "1.00", "СБП", "P2"],
    [r"018\00000009", "20261008", "", "2.00", "", "P3"],
    [r"018\00000001", "20260230", "", "3.00", "", "P4"],
    [r"018\00000001", "20261008", "", "************", "", "P5"],
]


def table(path: Path) -> DbfTable:
    return DbfTable(lambda: path.open("rb"))


def read(path: Path) -> list[object]:
    return list(table(path).read_rows())


@pytest.mark.django_db
class TestAPackageOfTables:
    def take(self, tmp_path: Path, **named: object) -> ImportRun:
        package = write_package(tmp_path / "p", {name: text for name, text in CLEAN.items() if name != "payments.csv"})
        write_dbf(package / "PAYMENTS.DBF", PAYMENTS, RECORDS, **named)  # type: ignore[arg-type]
        return import_registry(package, at=NOW)

    @pytest.mark.parametrize(("encoding", "language"), [("cp866", 0), ("cp866", 0x65), ("windows-1251", 0xC9)])
    def test_payments(self, tmp_path: Path, encoding: str, language: int) -> None:
        run = self.take(tmp_path, encoding=encoding, language=language)

        assert run.status == "applied", run.reason
        payment = Payment.objects.get(document="P1")
        assert (payment.amount, payment.agent) == (Decimal("412.10"), "Сбербанк Онлайн")
        assert (payment.paid_on, payment.posted_on) == (date(2026, 10, 7), date(2026, 10, 9))

    def test_refused_records_are_named_by_their_number(self, tmp_path: Path) -> None:
        run = self.take(tmp_path)

        assert list(run.rejected_rows.order_by("line").values_list("file", "line", "column", "value", "reason")) == [
            ("payments.dbf", 3, "account", r"018\00000009", "такого лицевого счёта нет"),
            ("payments.dbf", 4, "paid_on", "20260230", "такой даты нет"),
            ("payments.dbf", 5, "amount", "************", "число не поместилось в поле DBF"),
        ]

    def test_deleted_records_are_none_and_the_others_keep_their_numbers(self, tmp_path: Path) -> None:
        run = self.take(tmp_path, deleted=frozenset({0, 2}))

        assert list(Payment.objects.values_list("document", flat=True)) == ["P2"]
        assert run.counts["payments.csv"]["rows"] == 3
        assert list(run.rejected_rows.order_by("line").values_list("line", flat=True)) == [4, 5]

    def test_names_cut_to_ten_and_to_eight_letters(self, tmp_path: Path) -> None:
        files = {name: text for name, text in CLEAN.items() if name not in ("readings.csv", "personal_accounts.csv")}
        package = write_package(tmp_path / "p", files)
        fields: list[Field] = [
            ("REGISTRATI", "C", 20, 0),
            ("CODE", "C", 2, 0),
            ("TAKEN_ON", "D", 8, 0),
            ("VALUE", "N", 12, 4),
        ]
        fields += [("KIND", "C", 10, 0), ("SOURCE", "C", 10, 0)]
        write_dbf(package / "READINGS.DBF", fields, [["R2", "0", "20260921", "7.2500", "actual", "resident"]])
        rows = read_rows(CLEAN["personal_accounts.csv"])
        accounts: list[Field] = [(name[:10].upper(), "C", 60, 0) for name in rows[0]]
        write_dbf(package / "PERSONAL.DBF", accounts, rows[1:], encoding="windows-1251")

        run = import_registry(package, at=NOW)

        assert run.status == "applied", run.reason
        assert Reading.objects.get().value == Decimal("7.25")
        assert PersonalAccount.objects.get(number=r"018\00000002").address == "СНТ «Ёлочка», уч. 48"

    def test_in_an_archive_with_a_memo(self, tmp_path: Path) -> None:
        accounts: list[Field] = [("NUMBER", "C", 20, 0), ("SERVICE", "C", 12, 0), ("ADDRESS", "M", 10, 0)]
        write_dbf(tmp_path / "a.dbf", accounts, [[r"018\00000001", "electricity", "1"]], version=0x83)
        memo = b"\x02".ljust(512, b"\0") + "г. Заречный,\r\nул. Фонарная, д. 7".encode("cp866") + b"\x1a\x1a"
        files: dict[str, str | bytes] = {
            "suppliers.csv": CLEAN["suppliers.csv"],
            "personal_accounts.dbf": (tmp_path / "a.dbf").read_bytes(),
            "personal_accounts.dbt": memo.ljust(1024, b"\0"),
        }

        run = import_registry(write_archive(tmp_path / "p.zip", files), at=NOW)

        assert run.status == "applied", run.reason
        assert PersonalAccount.objects.get().address == "г. Заречный, ул. Фонарная, д. 7"

    def test_account_numbers_in_a_field_of_numbers_are_told_of(self, tmp_path: Path) -> None:
        accounts: list[Field] = [("NUMBER", "N", 10, 0), ("SERVICE", "C", 12, 0)]
        write_dbf(tmp_path / "a.dbf", accounts, [["28517", "electricity"]])
        files = {"suppliers.csv": CLEAN["suppliers.csv"], "personal_accounts.dbf": (tmp_path / "a.dbf").read_bytes()}

        run = import_registry(write_archive(tmp_path / "p.zip", files), at=NOW)

        assert PersonalAccount.objects.get().number == "28517"
        assert run.counts["personal_accounts.csv"]["notes"]

    def test_a_held_one_is_kept_with_its_tables(self, tmp_path: Path) -> None:
        package = write_package(tmp_path / "p", CLEAN, totals={"payments.csv": {"rows": 99}})
        (package / "payments.csv").unlink()
        write_dbf(package / "payments.dbf", PAYMENTS, RECORDS)

        run = import_registry(package, at=NOW)

        assert (run.status, run.reason) == ("held", "payments.dbf: строк 5, а в итогах 99.")
        assert (find_package(run.pk) / "payments.dbf").exists()
        assert not Bill.objects.exists()

    def test_a_table_in_both_forms_is_refused(self, tmp_path: Path) -> None:
        package = write_package(tmp_path / "p", CLEAN)
        write_dbf(package / "payments.dbf", PAYMENTS, RECORDS)
        assert "есть и payments.csv, и payments.dbf" in import_registry(package, at=NOW).reason

    def test_a_table_that_was_cut_off_is_refused_whole(self, tmp_path: Path) -> None:
        package = write_package(tmp_path / "p", {name: text for name, text in CLEAN.items() if name != "payments.csv"})
        path = write_dbf(package / "payments.dbf", PAYMENTS, RECORDS)
        path.write_bytes(path.read_bytes()[:-100])

        run = import_registry(package, at=NOW)

        assert (run.status, run.reason) == ("failed", "payments.dbf: файл обрезан: записей 3, а в заголовке 5.")
        assert not PersonalAccount.objects.exists()


class TestFields:
    def test_it_reads_what_the_well_known_library_reads(self, tmp_path: Path) -> None:
        path = write_dbf(tmp_path / "p.dbf", PAYMENTS, RECORDS[:3], encoding="cp866", language=0x65)

        known = [list(record.values()) for record in dbfread.DBF(str(path))]

        told = [[None if cell == "" else cell for cell in row] for row in read(path)]  # type: ignore[attr-defined]
        assert [[cell or None for cell in row] for row in known] == [
            [float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in told
        ]

    def test_numbers_are_the_digits_that_stand_there(self, tmp_path: Path) -> None:
        fields: list[Field] = [("A", "N", 20, 4), ("B", "F", 20, 2)]
        path = write_dbf(tmp_path / "p.dbf", fields, [["12345678901234.5678", "0,30"], ["", ""], ["x", "-1"]])

        first, second, third = read(path)

        assert first == [Decimal("12345678901234.5678"), Decimal("0.30")]
        assert second == [None, None]
        assert third[0] == Fault("не число", "x")  # type: ignore[index]

    def test_kinds_of_foxpro(self, tmp_path: Path) -> None:
        fields: list[Field] = [("I", "I", 4, 0), ("Y", "Y", 8, 4), ("B", "B", 8, 2), ("T", "T", 8, 0), ("L", "L", 1, 0)]
        path = write_dbf(tmp_path / "p.dbf", fields, [["x" * 4, "x" * 8, "x" * 8, "x" * 8, "T"]], version=0x30)
        moment = struct.pack("<LL", 2461320, 12 * 3600 * 1000)
        raw = struct.pack("<i", -5) + struct.pack("<q", 4121000) + struct.pack("<d", 0.3) + moment + b"T"
        content = path.read_bytes()
        path.write_bytes(content.replace(b"x" * 28 + b"T", raw))

        assert read(path) == [[-5, Decimal("412.1000"), 0.3, datetime(2026, 10, 6, 12), True]]

    def test_a_foxpro_memo(self) -> None:
        memo = bytes(6) + struct.pack(">H", 64) + bytes(56) + struct.pack(">LL", 1, 5) + b"hello" + bytes(40)
        assert read_memo(io.BytesIO(memo), 1, is_foxpro=True, is_third=False) == b"hello"

    def test_a_memo_of_dbase_four(self) -> None:
        memo = bytes(512) + b"\xff\xff\x08\x00" + struct.pack("<L", 13) + b"hello" + bytes(40)
        assert read_memo(io.BytesIO(memo), 1, is_foxpro=False, is_third=False) == b"hello"

    @pytest.mark.parametrize(
        ("text", "encoding", "said", "chosen"),
        [
            ("г. Заречный, ул. Фонарная", "cp866", "", "cp866"),
            ("г. Заречный, ул. Фонарная", "windows-1251", "", "windows-1251"),
            ("г. Заречный, ул. Фонарная", "cp866", "windows-1251", "cp866"),
            ("ЗАРЕЧНЫЙ ФОНАРНАЯ УЛИЦА", "windows-1251", "cp866", "windows-1251"),
            ("ЗАРЕЧНЫЙ ФОНАРНАЯ УЛИЦА", "cp866", "", "cp866"),
            ("plain", "ascii", "windows-1251", "windows-1251"),
            ("plain", "ascii", "", "cp866"),
        ],
    )
    def test_the_encoding_is_what_the_bytes_look_like(self, text: str, encoding: str, said: str, chosen: str) -> None:
        assert choose_encoding(text.encode(encoding), said) == chosen

    @given(st.binary(max_size=400))
    def test_any_bytes_are_refused_or_read(self, content: bytes) -> None:
        @contextmanager
        def opened() -> Iterator[IO[bytes]]:
            yield io.BytesIO(b"\x03" + content)

        try:
            rows = sum(1 for _ in DbfTable(opened).read_rows())
        except BadTable:
            rows = 0
        assert rows >= 0
