from pathlib import Path

import pytest

from billing.models import PersonalAccount
from exchange.models import ImportRun
from exchange.operations import import_registry
from meters.models import Reading
from tests.exchange.packages import CLEAN, READINGS, write_package
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DOUBLE = "такой ключ уже был в файле, а содержание другое"
QUOTES = "кавычки не закрыты или стоят не на месте"
NO_STATUS = "нет такого значения: active, automatic, removed"
BAD_ROWS = [
    ("readings.csv", "R9;1;2026-10-20;5;actual;resident", "registration", "R9", "такого прибора учёта нет"),
    ("readings.csv", "R1;7;2026-10-20;5;actual;resident", "code", "7", "такой шкалы у прибора нет"),
    ("readings.csv", "R1;1;2026-02-30;5;actual;resident", "taken_on", "2026-02-30", "такой даты нет"),
    ("readings.csv", "R1;1;soon;5;actual;resident", "taken_on", "soon", "не дата"),
    ("readings.csv", "R1;1;2026-12-20;5;actual;", "taken_on", "2026-12-20", "дата позже, чем сделан пакет"),
    ("readings.csv", "R1;1;1066-10-14;5;actual;", "taken_on", "1066-10-14", "год вне пределов"),
    ("readings.csv", "R1;1;2026-10-20;-5;actual;resident", "value", "-5", "отрицательное число"),
    ("readings.csv", "R1;1;2026-10-20;−5;actual;resident", "value", "−5", "отрицательное число"),
    ("readings.csv", "R1;1;2026-10-20;1000000;actual;", "value", "1000000", "цифр больше, чем у прибора"),
    ("readings.csv", "R1;1;2026-10-20;5.5;actual;", "value", "5.5", "знаков после запятой больше, чем у прибора"),
    ("readings.csv", "R2;0;2026-10-20;5.1234;actual;", "value", "5.1234", "знаков после запятой больше, чем у прибора"),
    ("readings.csv", "R1;1;2026-10-20;5.12345;actual;", "value", "5.12345", "больше 4 знаков после запятой"),
    ("readings.csv", "R1;1;2026-10-20;" + "9" * 30 + ";actual;", "value", "9" * 30, "слишком длинное число"),
    ("readings.csv", "R1;1;2026-10-20;NaN;actual;", "value", "NaN", "не число"),
    ("readings.csv", "R1;1;2026-10-20;1e3;actual;", "value", "1e3", "не число"),
    ("readings.csv", "R1;1;2026-10-20;١٢;actual;", "value", "١٢", "не число"),
    ("readings.csv", "R1;1;2026-10-20;12 34;actual;", "value", "12 34", "не число"),
    ("readings.csv", "R1;1;2026-10-20;;actual;", "value", "", "пусто"),
    ("readings.csv", "R1;1;2026-10-20;5;guess;", "kind", "guess", "нет такого значения: actual, estimated, norm"),
    ("readings.csv", "R1;1;2026-10-20", "", "", "столбцов 3, а в заголовке 6"),
    ("readings.csv", "R1;1;2026-10-20;5;actual;;;x", "", "", "столбцов 8, а в заголовке 6"),
    ("readings.csv", "R1;1;2026-09-20;300;actual;resident", "registration", "R1 1 2026-09-20 resident",
     DOUBLE),
    ("readings.csv", 'R1;1;"2026-10-20;5;actual;', "", 'R1;1;"2026-10-20;5;actual;', QUOTES),
    ("readings.csv", "' OR 1=1 --;1;2026-10-20;5;actual;", "registration", "' OR 1=1 --", "такого прибора учёта нет"),
    ("personal_accounts.csv", "018\\3;steam;;;;", "service", "steam",
     "нет такого значения: electricity, cold_water, hot_water, heat, gas"),
    ("personal_accounts.csv", ";gas;;;;", "number", "", "пусто"),
    ("personal_accounts.csv", "-;gas;;;;", "number", "-", "в номере нет цифр"),
    ("personal_accounts.csv", "018\\3;gas;" + "я" * 301 + ";;;", "address", "я" * 200, "длиннее 300 знаков"),
    ("personal_accounts.csv", "018\\3;gas;a\x00b;;;", "address", "a\ufffdb", "нечитаемые знаки"),
    ("personal_accounts.csv", "018\\3;gas;a\x1bb;;;", "address", "a\x1bb", "управляющие знаки"),
    ("meters.csv", "018\\00000009;R3;;;active;5;0;;", "account", r"018\00000009", "такого лицевого счёта нет"),
    ("meters.csv", "018\\00000001;R3;;;lost;5;0;;", "status", "lost", NO_STATUS),
    ("meters.csv", "018\\00000001;R3;;;active;50;0;;", "digits_left", "50", "не от 1 до 11"),
    ("scales.csv", "R1;3;Пик;;;12.5;", "opening_value", "12.5", "знаков после запятой больше, чем у прибора"),
    ("bills.csv", "018\\00000009;B2;2026-09;;;;;;;;1.00;", "account", r"018\00000009", "такого лицевого счёта нет"),
    ("bills.csv", "018\\00000001;B2;2026-13;;;;;;;;1.00;", "period", "2026-13", "такого месяца нет"),
    ("bills.csv", "018\\00000001;B2;2026-09;;;;;;;;1.005;", "amount_due", "1.005", "больше 2 знаков после запятой"),
    ("bill_lines.csv", "B9;electricity;;1;;;;;;;1.00", "bill", "B9", "такого счёта нет"),
    ("payments.csv", "018\\00000001;2026-10-07;;-5.00;;P2", "amount", "-5.00", "отрицательное число"),
    ("payments.csv", "018\\00000001;2026-10-07;;5.00;;P1", "document", "P1", DOUBLE),
    ("tariffs.csv", "2025-07-01;electricity;2;100;50;4.10", "range_to", "50", "верх диапазона не выше низа"),
    ("branches.csv", "002;Отделение;not an address;;", "email", "not an address", "не того вида"),
    ("suppliers.csv", "eirc;Вода;", "code", "eirc", "пакет прислан другим поставщиком"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "row", "column", "value", "reason"), BAD_ROWS)
def test_a_bad_row_goes_to_the_rejects_and_the_others_go_in(
    tmp_path: Path, file: str, row: str, column: str, value: str, reason: str
) -> None:
    content = CLEAN[file] + row + "\n"
    line = content.count("\n")

    run = import_registry(write_package(tmp_path / "p", CLEAN | {file: content}), at=NOW)

    assert run.status == ImportRun.Status.APPLIED, run.reason
    rejected = run.rejected_rows.values_list("file", "line", "column", "value", "reason")
    assert list(rejected) == [(file, line, column, value, reason)]
    good_rows = CLEAN[file].count("\n") - 1
    assert (run.counts[file]["added"], run.counts[file]["rejected"]) == (good_rows, 1)


def test_a_row_repeated_word_for_word_is_no_fault(tmp_path: Path) -> None:
    readings = READINGS + READINGS.splitlines()[1] + "\n"

    run = import_registry(write_package(tmp_path / "p", CLEAN | {"readings.csv": readings}), at=NOW)

    assert run.counts["readings.csv"] == {"rows": 4, "added": 3, "changed": 0, "same": 1, "rejected": 0}


def test_a_meter_removed_before_it_was_installed(tmp_path: Path) -> None:
    meters = "account;registration;installed_on;removed_on\n018\\00000001;R1;2026-05-01;2026-04-01\n"
    files = {name: CLEAN[name] for name in ("suppliers.csv", "personal_accounts.csv")}

    run = import_registry(write_package(tmp_path / "p", files | {"meters.csv": meters}), at=NOW)

    assert run.rejected_rows.get().reason == "снят раньше, чем установлен"


def test_a_broken_byte_spoils_its_own_line_only(tmp_path: Path) -> None:
    accounts = CLEAN["personal_accounts.csv"].encode() + "018\\3;gas;Дом ".encode() + b"\xff\xfe;;;\n"

    run = import_registry(write_package(tmp_path / "p", CLEAN | {"personal_accounts.csv": accounts}), at=NOW)

    assert (run.rejected_rows.get().line, run.rejected_rows.get().reason) == (4, "нечитаемые знаки")
    assert PersonalAccount.objects.filter(address__contains="Ёлочка").exists()


def test_what_depends_on_a_refused_row_is_refused_too(tmp_path: Path) -> None:
    meters = CLEAN["meters.csv"].replace("018\\00000001;R1", "018\\00000009;R1")

    run = import_registry(write_package(tmp_path / "p", CLEAN | {"meters.csv": meters}), at=NOW)

    assert run.status == ImportRun.Status.APPLIED
    assert set(run.rejected_rows.values_list("file", "line")) == {
        ("meters.csv", 2),
        ("scales.csv", 2),
        ("scales.csv", 3),
        ("readings.csv", 2),
        ("readings.csv", 3),
    }
    assert Reading.objects.count() == 1
