import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from exchange.models import ImportRun
from exchange.operations import import_registry
from tests.exchange.packages import CLEAN, PAYMENTS, write_package
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path: Path) -> ImportRun:
    payments = PAYMENTS + "018\\00000009;2026-10-07;;<b>5</b>;;P2\n"
    return import_registry(write_package(tmp_path / "p", CLEAN | {"payments.csv": payments}), at=NOW)


def test_the_list_and_the_refused_rows(as_staff: Client, run: ImportRun) -> None:
    assert "psk" in as_staff.get(reverse("admin:exchange_importrun_changelist")).text
    shown = as_staff.get(reverse("admin:exchange_importrun_change", args=[run.pk])).text

    cells = r"</td>\s*<td>".join("21001")
    assert re.search(rf"payments.csv</th>\s*<td>{cells}</td>", shown)
    cells = r"</td>\s*<td>".join(("payments.csv", "3", "amount", "&lt;b&gt;5&lt;/b&gt;", "не число"))
    assert re.search(f"<td>{cells}</td>", shown)
    assert as_staff.get(reverse("admin:exchange_rejectedrow_changelist")).status_code == 200


def test_an_empty_list_says_so(as_staff: Client) -> None:
    for name, words in {
        "importrun": "Ни одного пакета ещё не загружали.",
        "arrival": "Пакетов ещё не было. Принесите первый",
        "rejectedrow": "Отклонённых строк нет",
        "exportbatch": "Выгрузок ещё не было.",
        "reconciliation": "Сверять пока нечего",
    }.items():
        page = as_staff.get(reverse(f"admin:exchange_{name}_changelist"))
        assert words in page.text
        assert "changelist-filter" not in page.text
    filtered = as_staff.get(reverse("admin:exchange_importrun_changelist") + "?status__exact=held")
    assert "По этому отбору ничего нет." in filtered.text


def test_files_stand_in_the_order_of_the_format(as_staff: Client, run: ImportRun) -> None:
    assert [file for file, _ in ImportRun.objects.get().report] == [*CLEAN]


def test_nothing_can_be_added_changed_or_deleted(as_staff: Client, run: ImportRun) -> None:
    assert as_staff.get(reverse("admin:exchange_importrun_add")).status_code == 403
    assert (
        as_staff.post(reverse("admin:exchange_importrun_change", args=[run.pk]), {"status": "held"}).status_code == 403
    )
    assert as_staff.post(reverse("admin:exchange_importrun_delete", args=[run.pk])).status_code == 403


def test_the_refused_rows_are_taken_away_as_a_harmless_file(as_staff: Client, tmp_path: Path) -> None:
    payments = PAYMENTS + "018\\00000009;2026-10-07;;=1+1;;P2\n"
    run = import_registry(write_package(tmp_path / "p", CLEAN | {"payments.csv": payments}), at=NOW)

    answer = as_staff.get(reverse("admin:exchange_importrun_rejects", args=[run.pk]))

    assert answer.getvalue().decode() == "file;line;column;value;reason\npayments.csv;3;amount;'=1+1;не число\n"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="rejects-{run.pk}.csv"'
