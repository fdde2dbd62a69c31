"""A small supplier sends one workbook: every cell is read as it stands, and what cannot be is named."""

import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Bill, Payment, PersonalAccount
from exchange import layouts, workbooks
from exchange.layouts import Column
from exchange.models import Arrival, ImportRun
from exchange.operations import import_registry
from exchange.tables import tell_cell
from exchange.values import DATE, MONEY, MONTH, split_fault
from exchange.workbooks import is_workbook
from meters.models import Reading
from tests.exchange.packages import PAYMENTS
from tests.exchange.tabular import FACTS, Rows, read_rows, write_workbook
from tests.factories import NOW

PAYMENT_ROWS = read_rows(PAYMENTS)


def take(path: Path, sheets: dict[str, Rows], facts: list[tuple[str, Any]] | None = None) -> ImportRun:
    return import_registry(write_workbook(path / "book.xlsx", sheets, facts), at=NOW)


def refused(run: ImportRun) -> list[tuple[str, int, str, str, str]]:
    return list(run.rejected_rows.order_by("file", "line").values_list("file", "line", "column", "value", "reason"))


@pytest.mark.django_db
class TestAWorkbookIsAPackage:
    def test_with_texts_alone(self, tmp_path: Path) -> None:
        run = take(tmp_path, {})

        assert (run.status, run.source, refused(run)) == ("applied", "book.xlsx", [])
        assert PersonalAccount.objects.get(number=r"018\00000002").lock_reason == "По решению суда"
        assert (Bill.objects.get().amount_due, Reading.objects.count()) == (Decimal("873.50"), 3)

    def test_numbers_and_dates_are_read_as_they_are_shown(self, tmp_path: Path) -> None:
        payments = [
            PAYMENT_ROWS[0],
            [r"018\00000001", date(2026, 10, 7), datetime(2026, 10, 9), 412.1, "СБП", "P1"],
            [r"018\00000001", date(2026, 10, 8), "09.10.2026", 0.1 + 0.2, "СБП", "P2"],
            [r"018\00000001", "2026-10-08", None, 12000, None, "P3"],
        ]
        totals = [*FACTS, ("rows payments", 3), ("sum payments.amount", 12412.4)]

        run = take(tmp_path, {"payments": payments}, totals)

        assert (run.status, run.reason) == ("applied", "")
        assert list(Payment.objects.order_by("document").values_list("amount", "paid_on")) == [
            (Decimal("412.10"), date(2026, 10, 7)),
            (Decimal("0.30"), date(2026, 10, 8)),
            (Decimal("12000.00"), date(2026, 10, 8)),
        ]

    def test_refused_rows_are_named_by_sheet_row_and_column(self, tmp_path: Path) -> None:
        payments = [
            PAYMENT_ROWS[0],
            PAYMENT_ROWS[1],
            [],
            [r"018\00000009", date(2026, 10, 7), None, 5, None, "P2"],
            [r"018\00000001", date(2026, 10, 7), None, True, None, "P3"],
            [r"018\00000001", date(2026, 10, 7), None, date(2026, 5, 12), None, "P4"],
            [r"018\00000001", time(7, 0), None, 1, None, "P5"],
            [r"018\00000001", date(2026, 10, 7), None, 5, date(2026, 10, 12), "P6"],
            [r"018\00000001", date(2026, 10, 7), None, 5, None, 123456789012345678],
        ]

        run = take(tmp_path, {"payments": payments})

        sheet = "лист payments"
        assert run.status == "applied"
        assert refused(run) == [
            (sheet, 4, "account", r"018\00000009", "такого лицевого счёта нет"),
            (sheet, 5, "amount", "да", "да или нет вместо значения"),
            (sheet, 6, "amount", "2026-05-12", "дата вместо числа: таблица сама превратила значение в дату"),
            (sheet, 7, "paid_on", "07:00:00", "время вместо значения: сделайте ячейку текстовой"),
            (sheet, 8, "agent", "2026-10-12", "дата вместо текста: таблица сама превратила значение в дату"),
            (
                sheet,
                9,
                "document",
                "123456789012346000",
                "число длиннее 15 цифр хранится неточно: сделайте столбец текстовым",
            ),
        ]

    def test_numbers_where_zeros_may_be_lost_are_told_of(self, tmp_path: Path) -> None:
        accounts: Rows = [["number", "service"], [28517, "electricity"], ["0028518", "electricity"]]
        payments: Rows = [["account", "paid_on", "amount", "document"], [28517, date(2026, 10, 7), 5, "P1"]]
        empty: Rows = [["x"]]
        others = dict.fromkeys(("meters", "scales", "readings", "bills", "bill_lines"), empty)

        run = take(tmp_path, {"personal_accounts": accounts, "payments": payments, **others})

        assert run.status == "applied", run.reason
        assert PersonalAccount.objects.filter(number="28517").exists()
        (note,) = run.counts["personal_accounts.csv"]["notes"]
        assert note.startswith("столбец number: чисел вместо текста 1. Если у номеров бывают нули в начале")

    def test_a_table_that_begins_lower_and_further_right(self, tmp_path: Path) -> None:
        path = write_workbook(tmp_path / "book.xlsx", {"payments": []})
        book = openpyxl.load_workbook(path)
        sheet = book["payments"]
        for number, row in enumerate([*PAYMENT_ROWS, [r"018\00000009", "2026-10-07", "", "5", "", "P2"]], start=4):
            for column, cell in enumerate(row, start=3):
                sheet.cell(number, column, cell or None)
        book.save(path)

        run = import_registry(path, at=NOW)

        assert (run.status, Payment.objects.count()) == ("applied", 1)
        assert refused(run)[0][:3] == ("лист payments", 6, "account")

    def test_line_breaks_within_a_cell_are_spaces(self, tmp_path: Path) -> None:
        payments = [PAYMENT_ROWS[0], [r"018\00000001", "2026-10-07", "", "5", 'Сбербанк;\n"Онлайн"', "P1"]]

        take(tmp_path, {"payments": payments})

        assert Payment.objects.get().agent == 'Сбербанк; "Онлайн"'

    def test_sheets_that_are_hidden_or_unknown_or_empty_are_passed_over(self, tmp_path: Path) -> None:
        path = write_workbook(tmp_path / "book.xlsx", {"tariffs": [["valid_from"]], "Заметки": [["x"]]})
        book = openpyxl.load_workbook(path)
        book["payments"].sheet_state = "hidden"
        book.save(path)

        run = import_registry(path, at=NOW)

        assert run.status == "applied"
        assert "payments.csv" not in run.counts
        assert "tariffs.csv" not in run.counts

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ([("period", "2026-10")], "не назван поставщик"),
            ([("supplier", "psk"), ("period", "октябрь")], "Лист registry: период октябрь, не месяц."),
            ([("supplier", "psk"), ("period", "2026-10")], "непонятное время создания"),
        ],
    )
    def test_without_the_facts_it_is_none(self, tmp_path: Path, facts: list[tuple[str, str]], words: str) -> None:
        run = take(tmp_path, {}, facts)
        assert run.status == "failed"
        assert words in run.reason

    def test_facts_as_spreadsheets_keep_them(self, tmp_path: Path) -> None:
        facts = [
            ("Поставщик", "psk"),
            ("Период", datetime(2026, 10, 1)),
            ("Создан", datetime(2026, 11, 2, 3, 10)),
        ]
        run = take(tmp_path, {}, facts)

        assert (run.status, run.period) == ("applied", "2026-10")
        assert run.made_at == datetime(2026, 11, 2, 0, 10, tzinfo=UTC)

    def test_a_held_one_names_the_sheet(self, tmp_path: Path) -> None:
        run = take(tmp_path, {}, [*FACTS, ("rows bills", 7)])

        assert (run.status, run.reason) == ("held", "лист bills: строк 1, а в итогах 7.")
        assert run.can_be_decided


def read_whole(path: Path) -> str:
    """Anything but a `BadTable` goes on."""
    try:
        if is_workbook(path):
            book = workbooks.Workbook(path)
            for name in book.sheets:
                if table := book.get_table(name):
                    list(table.read_rows())
    except workbooks.BadTable:
        return "refused"
    return "read"


class TestWhatIsNoWorkbook:
    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "старая или закрытая паролем"), (b"PK\x03\x04", "")],
    )
    def test_old_and_broken_files(self, tmp_path: Path, content: bytes, words: str) -> None:
        (tmp_path / "book.xlsx").write_bytes(content)
        if words:
            with pytest.raises(workbooks.BadTable, match=words):
                is_workbook(tmp_path / "book.xlsx")
        else:
            assert not is_workbook(tmp_path / "book.xlsx")

    def test_two_cells_far_apart(self, tmp_path: Path) -> None:
        path = write_workbook(tmp_path / "book.xlsx", {})
        book = openpyxl.load_workbook(path)
        book["payments"]["XFD1048576"] = "x"
        book.save(path)

        with pytest.raises(workbooks.BadTable, match="слишком много ячеек"):
            workbooks.Workbook(path)

    def test_a_bomb(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbooks, "LARGEST_UNPACKED", 1000)
        with pytest.raises(workbooks.BadTable, match="слишком велика"):
            workbooks.Workbook(write_workbook(tmp_path / "book.xlsx", {}))

    @pytest.mark.parametrize("place", range(0, 4000, 97))
    def test_a_damaged_one_is_refused_or_read_but_never_falls(self, tmp_path: Path, place: int) -> None:
        path = write_workbook(tmp_path / "book.xlsx", {})
        content = bytearray(path.read_bytes())
        content[place % len(content)] ^= 0xFF
        path.write_bytes(content)
        assert read_whole(path) in ("read", "refused")

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"])
    @pytest.mark.parametrize("content", [b"", b"<", b"<a>", b"\x00" * 100, b'<worksheet><row r="99999999999999"/>'])
    def test_strange_parts_are_refused_or_read(self, tmp_path: Path, part: str, content: bytes) -> None:
        path, strange = write_workbook(tmp_path / "book.xlsx", {}), tmp_path / "strange.xlsx"
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(strange, "w") as target:
            for name in source.namelist():
                target.writestr(name, content if name == part else source.read(name))
        assert read_whole(strange) in ("read", "refused")


class TestCells:
    MONEY_COLUMN, TEXT = Column("amount", MONEY), layouts.PERSONAL_ACCOUNTS.by_name["number"]

    @given(st.decimals(min_value=0, max_value=10**11, places=4))
    def test_every_number_of_a_registry_survives_the_double(self, number: Decimal) -> None:
        assert Decimal(tell_cell(float(number), self.MONEY_COLUMN)) == number

    @pytest.mark.parametrize(
        ("cell", "told"),
        [(412.1, "412.1"), (1e5, "100000"), (0.1 + 0.2, "0.3"), (1e-7, "0.0000001"), (7.0, "7"), (-3.5, "-3.5")],
    )
    def test_numbers(self, cell: float, told: str) -> None:
        assert tell_cell(cell, self.MONEY_COLUMN) == told

    @pytest.mark.parametrize("cell", [float("nan"), float("inf"), 1e15])
    def test_numbers_that_are_none(self, cell: float) -> None:
        assert split_fault(tell_cell(cell, self.MONEY_COLUMN))[0]

    def test_dates_where_dates_are_wanted(self) -> None:
        assert tell_cell(date(2026, 10, 1), Column("period", MONTH)) == "2026-10-01"
        assert DATE.parse(tell_cell(datetime(2026, 10, 1), Column("paid_on", DATE))) == "2026-10-01"


@pytest.mark.django_db
def test_the_command_takes_a_workbook_and_tells_of_lost_zeros(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments: Rows = [["account", "paid_on", "amount", "document"], [r"018\00000001", date(2026, 10, 7), 5, 17]]
    call_command("import_registry", str(write_workbook(tmp_path / "book.xlsx", {"payments": payments})))
    assert "столбец document: чисел вместо текста 1" in capsys.readouterr().out

    with pytest.raises(CommandError):
        call_command("import_registry", str(tmp_path / "none.xlsx"))


@pytest.mark.django_db
def test_the_template_filled_in_is_a_package(as_staff: Client, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(as_staff.get(reverse("admin:exchange_arrival_template")).content)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    for row, (_, value) in enumerate(FACTS, start=1):
        book["registry"].cell(row, 2, value)
    book["suppliers"].append(["psk", "Свет"])
    book["personal_accounts"].append(["0028517", "electricity"])
    assert book["personal_accounts"].column_dimensions["A"].number_format == "@"
    assert [cell.value for cell in book["payments"][1] if cell.font.b] == ["account", "paid_on", "amount", "document"]
    book.save(tmp_path / "book.xlsx")

    run = import_registry(tmp_path / "book.xlsx", at=NOW)

    assert (run.status, run.reason) == ("applied", "")
    assert set(run.counts) == {"suppliers.csv", "personal_accounts.csv"}
    assert PersonalAccount.objects.get().number == "0028517"


@pytest.mark.django_db
def test_staff_bring_a_workbook(as_staff: Client, tmp_path: Path) -> None:
    data = write_workbook(tmp_path / "book.xlsx", {"Заметки": [["x"]]}).read_bytes()
    answer = as_staff.post(
        reverse("admin:exchange_arrival_bring"), {"package": SimpleUploadedFile("book.xlsx", data)}, follow=True
    )
    assert "psk" in answer.text
    arrival = Arrival.objects.get()
    assert (arrival.supplier_code, arrival.period, arrival.size) == ("psk", "2026-10", len(data))
