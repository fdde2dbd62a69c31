import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from billing.models import Payment, PersonalAccount, Supplier
from exchange.models import ImportRun
from exchange.operations import import_registry
from tests.exchange.packages import ACCOUNTS, CLEAN, WHOLE_TOTALS, write_package
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        ({"bills.csv": {"rows": 2}}, "bills.csv: строк 1, а в итогах 2."),
        ({"bills.csv": {"sum": {"amount_due": "873.51"}}}, "bills.csv: сумма amount_due 873.50, а в итогах 873.51."),
        ({"bills.csv": {"sum": {"tax": "1"}}}, "bills.csv: нет столбца tax, сумма которого названа в итогах."),
        ({"heat.csv": {"rows": 2}}, "Файл heat.csv назван в итогах, но в пакете его нет."),
    ],
)  # fmt: skip
def test_totals_that_do_not_agree(tmp_path: Path, totals: dict[str, Any], reason: str) -> None:
    run = import_registry(write_package(tmp_path / "p", CLEAN, totals=WHOLE_TOTALS | totals), at=NOW)

    assert (run.status, run.reason) == (ImportRun.Status.HELD, reason)
    assert not Supplier.objects.exists()
    assert not PersonalAccount.objects.exists()
    assert run.counts["bills.csv"]["added"] == 0


def test_refused_rows_count_in_the_totals(tmp_path: Path) -> None:
    bills = CLEAN["bills.csv"] + "018\\00000009;B2;2026-13;;;;;;;;100.00;\n"
    totals = {"bills.csv": {"rows": 2, "sum": {"amount_due": "973.50"}}}

    run = import_registry(write_package(tmp_path / "p", CLEAN | {"bills.csv": bills}, totals=totals), at=NOW)

    assert (run.status, run.counts["bills.csv"]["rejected"]) == (ImportRun.Status.APPLIED, 1)


@pytest.mark.parametrize(
    ("absent", "reason"),
    [
        ("scales.csv", "Нет файла scales.csv, а readings.csv на него ссылается."),
        ("bills.csv", "Нет файла bills.csv, а bill_lines.csv на него ссылается."),
        ("personal_accounts.csv", "Нет файла personal_accounts.csv, а meters.csv на него ссылается."),
        ("suppliers.csv", "Поставщик psk неизвестен, а файла suppliers.csv с ним нет."),
    ],
)
def test_a_file_that_others_refer_to_is_missing(tmp_path: Path, absent: str, reason: str) -> None:
    files = {name: content for name, content in CLEAN.items() if name != absent}

    run = import_registry(write_package(tmp_path / "p", files), at=NOW)

    assert (run.status, run.reason) == (ImportRun.Status.HELD, reason)
    assert not PersonalAccount.objects.exists()


def test_what_is_known_already_need_not_come_again(tmp_path: Path) -> None:
    import_registry(write_package(tmp_path / "1", CLEAN), at=NOW)
    payments = CLEAN["payments.csv"].replace("P1", "P2") + "018\\00000009;2026-10-07;;5.00;;P3\n"

    run = import_registry(write_package(tmp_path / "2", {"payments.csv": payments}), at=NOW)

    assert (run.status, run.counts["payments.csv"]["added"]) == (ImportRun.Status.APPLIED, 1)


def test_a_required_column_is_missing(tmp_path: Path) -> None:
    run = import_registry(write_package(tmp_path / "p", CLEAN | {"payments.csv": "account;amount\n"}), at=NOW)

    assert (run.status, run.reason) == (ImportRun.Status.HELD, "payments.csv: нет столбца paid_on, document.")


@pytest.mark.parametrize(
    "name", ["../bills.csv", "/etc/bills.csv", "p/../../bills.csv", "..\\bills.csv", "c:/bills.csv"]
)
def test_an_archive_with_tricks_in_its_paths(tmp_path: Path, name: str) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("registry.json", (write_package(tmp_path / "p", {}) / "registry.json").read_text())
        archive.writestr("personal_accounts.csv", ACCOUNTS)
        archive.writestr(name, CLEAN["bills.csv"])

    run = import_registry(path, at=NOW)

    assert run.status == ImportRun.Status.FAILED
    assert run.reason.startswith("Недопустимое имя в архиве")


def test_an_archive_with_a_link_in_it(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("registry.json", (write_package(tmp_path / "p", {}) / "registry.json").read_text())
        link = zipfile.ZipInfo("bills.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    assert import_registry(path, at=NOW).status == ImportRun.Status.FAILED


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        '{"format": 2}',
        '{"format": 1}',
        '{"format": 1, "supplier": "../x", "created_at": "2026-11-02T03:10:00"}',
        '{"format": 1, "supplier": "psk", "created_at": "2026-11-02T03:10:00", "period": "0000-01"}',
        '{"format": 1, "supplier": "psk", "created_at": "2026-11-02T03:10:00", "period": "٢٠٢٦-10"}',
        '{"format": 1, "supplier": "psk", "created_at": "2026-11-02T03:10:00", "totals": {"a": {"rows": Infinity}}}',
        '{"format": 1, "supplier": "psk", "created_at": "2026-11-02T03:10:00", "totals": {"a": {"rows": 1e999999999}}}',
    ],
)
def test_a_folder_that_is_no_package(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "registry.json").write_text(manifest)

    run = import_registry(tmp_path, at=NOW)

    assert (run.status, bool(run.reason)) == (ImportRun.Status.FAILED, True)


def test_nothing_at_the_path(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("import_registry", str(tmp_path / "nothing"))

    assert refused.value.returncode == 2


def test_the_command_says_what_came_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bills = CLEAN["bills.csv"] + "018\\00000009;B2;2026-09;;;;;;;;100.00;\n"
    call_command("import_registry", str(write_package(tmp_path / "p", CLEAN | {"bills.csv": bills})))

    words = capsys.readouterr().out
    assert "применён" in words
    assert "bills.csv, строка 3, account «018\\00000009»: такого лицевого счёта нет" in words


def test_a_held_package_leaves_with_a_code_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = write_package(tmp_path / "p", CLEAN, totals={"bills.csv": {"rows": 7}})

    with pytest.raises(CommandError) as refused:
        call_command("import_registry", str(package), json=True)

    report = json.loads(capsys.readouterr().out)
    assert (refused.value.returncode, report["status"]) == (3, "held")
    assert not Payment.objects.exists()
