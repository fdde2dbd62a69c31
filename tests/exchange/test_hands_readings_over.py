"""Accepted readings go to the billing system: each once, in files that can be made again."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from billing.models import Link
from exchange import operations
from exchange.csv_cells import join_cells
from exchange.models import ExportBatch, ExportedSubmission
from exchange.operations import exporting
from exchange.readings_out import COLUMNS
from meters.models import Meter, Submission
from tests import residents
from tests.exchange.conftest import send
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def export(out: Path, **options: object) -> None:
    call_command("export_readings", "psk", out=out, **options)


def test_writes_the_batch_as_the_format_says(accepted: Submission, tmp_path: Path) -> None:
    export(tmp_path)

    lines = (tmp_path / "psk-2026-11-0001" / "readings-out.csv").read_bytes().decode().splitlines()
    assert lines[0] == "receipt;account;registration;serial;code;taken_on;value;accepted_at;checked"
    meter, account = accepted.meter, accepted.account
    device = f"{accepted.receipt};{account.number};{meter.registration};{meter.serial}"
    assert lines[1:] == [
        f"{device};1;2026-11-20;12896;2026-11-20T12:00:00+03:00;rules",
        f"{device};2;2026-11-20;3588;2026-11-20T12:00:00+03:00;rules",
    ]
    manifest = json.loads((tmp_path / "psk-2026-11-0001" / "readings-out.json").read_text())
    assert manifest == {
        "format": 1,
        "supplier": "psk",
        "period": "2026-11",
        "batch": 1,
        "rows": 2,
        "created_at": "2026-11-20T12:00:00+03:00",
    }
    accepted.refresh_from_db()
    assert accepted.status == Submission.Status.HANDED_OVER


def test_never_the_same_reading_twice(accepted: Submission, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export(tmp_path)
    export(tmp_path)

    assert "Новых принятых показаний нет." in capsys.readouterr().out
    batch = ExportBatch.objects.get()
    with pytest.raises(IntegrityError):
        ExportedSubmission.objects.create(batch=batch, submission=accepted, lines="")


def test_a_lost_file_is_written_again_with_the_same_bytes(accepted: Submission, tmp_path: Path) -> None:
    export(tmp_path / "first")
    Meter.objects.update(serial="changed")

    export(tmp_path / "second", batch=1)

    for name in ("readings-out.csv", "readings-out.json"):
        place = Path("psk-2026-11-0001") / name
        assert (tmp_path / "first" / place).read_bytes() == (tmp_path / "second" / place).read_bytes()
    assert ExportBatch.objects.count() == 1


def test_what_staff_still_look_at_waits(
    accepted: Submission, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Submission.objects.update(needs_review=True)

    export(tmp_path)

    assert "Ещё ждут решения сотрудника, в выгрузку не вошли: 1." in capsys.readouterr().out
    assert not ExportBatch.objects.exists()


def test_each_month_is_a_batch_of_its_own_and_another_supplier_is_left_alone(accepted: Submission) -> None:
    boris = residents.furnish(residents.make_resident(residents.BORIS), serial="77712345")
    later = send(boris, "12896", "3588")
    Submission.objects.filter(pk=later.pk).update(period="2026-12-01")

    batches = operations.export_readings(supplier=accepted.account.supplier, at=NOW)

    assert [str(batch) for batch in batches] == ["psk-2026-11-0001", "psk-2026-12-0002"]


def test_a_great_many_go_in_several_batches(accepted: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "LARGEST_BATCH", 2)
    monkeypatch.setattr(exporting, "CHUNK", 1)
    for number in range(2):
        send(residents.furnish(residents.make_resident(f"+790055502{number:02}")), "12896", "3588")

    batches = operations.export_readings(supplier=accepted.account.supplier, at=NOW)

    assert [(batch.submissions, batch.rows) for batch in batches] == [(2, 4), (1, 2)]
    assert ExportedSubmission.objects.count() == 3


def test_interrupted_nothing_is_handed_over(accepted: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*args: object) -> None:
        raise OSError

    monkeypatch.setattr(exporting, "compose_lines", cut)

    with pytest.raises(OSError):  # noqa: PT011
        operations.export_readings(supplier=accepted.account.supplier, at=NOW)

    accepted.refresh_from_db()
    assert accepted.status == Submission.Status.ACCEPTED
    assert not ExportBatch.objects.exists()


@pytest.mark.parametrize(("supplier", "batch"), [("nobody", None), ("psk", 7)])
def test_what_is_not_there(alices_flat: Link, tmp_path: Path, supplier: str, batch: int | None) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("export_readings", supplier, out=tmp_path, batch=batch)

    assert refused.value.returncode == 2


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")), min_size=2))
def test_no_cell_is_a_formula_and_every_cell_comes_back(cells: list[str]) -> None:
    (read,) = csv.reader([join_cells(cells)], delimiter=";", strict=True) if "\n" not in "".join(cells) else [[]]
    for cell, back in zip(cells, read, strict=False):
        assert not back.startswith(("=", "+", "-", "@", "\t", "\x00"))
        assert back in (cell, f"'{cell}")


def test_staff_gather_and_take_the_files(as_staff: Client, accepted: Submission) -> None:
    batches = reverse("admin:exchange_exportbatch_changelist")
    assert "Собрать выгрузку: Поставщик света, передач 1" in as_staff.get(batches).text

    shown = as_staff.post(reverse("admin:exchange_exportbatch_gather"), {"supplier": "psk"}, follow=True).text

    assert "Собрано: psk-2026-11-0001" in shown
    batch = ExportBatch.objects.get()
    answer = as_staff.get(reverse("admin:exchange_exportbatch_download", args=[batch.pk, "readings-out.csv"]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="psk-2026-11-0001-readings-out.csv"'
    assert accepted.receipt in answer.getvalue().decode()
    assert as_staff.get(reverse("admin:exchange_exportbatch_change", args=[batch.pk])).status_code == 200
    assert as_staff.get(reverse("admin:exchange_exportbatch_download", args=[batch.pk, "x"])).status_code == 404


def test_a_workbook_holds_the_same_and_nothing_it_would_run(
    as_staff: Client, accepted: Submission, tmp_path: Path
) -> None:
    Meter.objects.filter(pk=accepted.meter_id).update(serial='=HYPERLINK("http://evil.example")')
    export(tmp_path, xlsx=True)
    batch = ExportBatch.objects.get()

    answer = as_staff.get(reverse("admin:exchange_exportbatch_download", args=[batch.pk, "readings-out.xlsx"]))

    for content in (answer.getvalue(), (tmp_path / "psk-2026-11-0001" / "readings-out.xlsx").read_bytes()):
        sheet = load_workbook(io.BytesIO(content)).active
        heading, *rows = sheet.iter_rows(values_only=True)
        assert heading == COLUMNS
        assert [(row[0], row[4], row[5], row[6]) for row in rows] == [
            (accepted.receipt, "1", datetime(2026, 11, 20), 12896),
            (accepted.receipt, "2", datetime(2026, 11, 20), 3588),
        ]
        assert rows[0][3] == """'=HYPERLINK("http://evil.example")"""
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n", "d"}


def test_residents_neither_gather_nor_download(as_alice: PageClient, accepted: Submission) -> None:
    operations.export_readings(supplier=accepted.account.supplier, at=NOW)
    batch = ExportBatch.objects.get()

    assert as_alice.post(reverse("admin:exchange_exportbatch_gather"), {"supplier": "psk"}).status_code == 302
    download = reverse("admin:exchange_exportbatch_download", args=[batch.pk, "readings-out.csv"])
    assert as_alice.get(download).status_code == 302
