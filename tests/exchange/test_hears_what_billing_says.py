"""The billing system answers a batch; who sent what it refused learns why, and can send again."""

from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from billing.models import Link
from exchange import operations
from exchange.models import ExportBatch, ExportedSubmission
from meters.models import Reading, Submission
from notifications.models import Notification
from tests import residents
from tests.exchange.conftest import send
from tests.factories import NOW, SupplierFactory
from tests.pages import PageClient

REASON = "Прибор заменён актом 114"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def exported(accepted: Submission) -> Submission:
    operations.export_readings(supplier=accepted.account.supplier, at=NOW)
    return accepted


def reply(folder: Path, *lines: str, encoding: str = "utf-8") -> operations.Answered:
    path = folder / "reply.csv"
    path.write_bytes("\n".join(("receipt;status;reason", *lines, "")).encode(encoding))
    return operations.take_reply(path, at=NOW)


def test_what_is_acknowledged_stays_with_the_supplier(exported: Submission, tmp_path: Path) -> None:
    answered = reply(tmp_path, f"{exported.receipt};acknowledged;")

    exported.refresh_from_db()
    assert (answered.acknowledged, answered.refused, answered.rejects) == (1, 0, [])
    assert exported.status == Submission.Status.HANDED_OVER
    assert ExportBatch.objects.get().status == ExportBatch.Status.ANSWERED


def test_the_resident_reads_why_and_sends_again(
    exported: Submission, as_alice: PageClient, alices_flat: Link, tmp_path: Path
) -> None:
    reply(tmp_path, f"{exported.receipt};refused;{REASON}")

    exported.refresh_from_db()
    assert exported.status == Submission.Status.REFUSED
    assert not Reading.objects.filter(submission=exported).exists()
    page = as_alice.get(exported.get_absolute_url()).text
    assert f"Поставщик не принял эти показания.</b> Причина: {REASON}." in page
    assert "Передано поставщику" in page
    bell = Notification.objects.get(user=alices_flat.user, event="meters/submission_returned")
    assert REASON in bell.text
    assert bell.url == exported.get_absolute_url()

    again = send(alices_flat, "12897", "3588")
    assert (again.status, again.period) == (Submission.Status.ACCEPTED, exported.period)
    (batch,) = operations.export_readings(supplier=exported.account.supplier, at=NOW)
    assert (batch.number, batch.submissions) == (2, 1)


def test_the_same_reply_again_changes_nothing(exported: Submission, tmp_path: Path) -> None:
    reply(tmp_path, f"{exported.receipt};refused;{REASON}")

    answered = reply(tmp_path, f"{exported.receipt};refused;{REASON}")

    assert (answered.refused, answered.same) == (0, 1)
    assert Notification.objects.filter(event="meters/submission_returned").count() == 1


def test_one_refused_scale_refuses_the_submission(exported: Submission, tmp_path: Path) -> None:
    lines = [f"{exported.receipt};acknowledged;", f"{exported.receipt};refused;Ночь меньше прежней"]

    assert reply(tmp_path, *lines).refused == 1
    assert ExportedSubmission.objects.get().reason == "Ночь меньше прежней"


def test_windows_encoding_and_lines_that_cannot_be_taken(exported: Submission, tmp_path: Path) -> None:
    lines = ["2611-999999-9;acknowledged;", "x;perhaps;", f"{exported.receipt};refused;"]

    answered = reply(tmp_path, *lines, f"{exported.receipt};refused;{REASON}", encoding="windows-1251")

    assert answered.refused == 1
    assert [(row.line, row.reason) for row in answered.rejects] == [
        (2, "такой квитанции нет в выгрузках"),
        (3, "нет такого значения: acknowledged, refused"),
        (4, "не сказано, почему не принято"),
    ]


def test_what_stands_on_a_bill_is_not_taken_back(exported: Submission, tmp_path: Path) -> None:
    Submission.objects.update(status=Submission.Status.BILLED)

    answered = reply(tmp_path, f"{exported.receipt};refused;{REASON}")

    assert [row.reason for row in answered.rejects] == ["уже учтена в счёте"]
    assert ExportedSubmission.objects.get().status == ExportedSubmission.Status.SENT


def test_a_supplier_does_not_answer_for_another(exported: Submission, tmp_path: Path) -> None:
    other = residents.furnish(residents.make_resident(residents.BORIS))
    theirs = send(other, "12896", "3588")
    ExportedSubmission.objects.create(
        batch=ExportBatch.objects.create(
            supplier=SupplierFactory(code="eirc"), number=1, period=theirs.period, created_at=NOW, submissions=1
        ),
        submission=theirs,
        lines="",
    )

    answered = reply(tmp_path, f"{exported.receipt};acknowledged;", f"{theirs.receipt};refused;{REASON}")

    assert [row.reason for row in answered.rejects] == ["квитанция другого поставщика"]


def test_a_refusal_that_is_known_is_not_unsaid(exported: Submission, tmp_path: Path) -> None:
    reply(tmp_path, f"{exported.receipt};refused;{REASON}")

    assert len(reply(tmp_path, f"{exported.receipt};acknowledged;").rejects) == 1


def test_the_command_says_what_came_of_it(
    exported: Submission, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reply.csv"
    path.write_text(f"receipt;status;reason\n{exported.receipt};acknowledged;\nnobody;acknowledged;\n")

    with pytest.raises(CommandError) as refused:
        call_command("import_reply", str(path))

    assert refused.value.returncode == 3
    words = capsys.readouterr().out
    assert "Подтверждено 1, не принято 0, было известно 0." in words
    assert "строка 3, receipt «nobody»: такой квитанции нет в выгрузках" in words


def test_staff_bring_the_reply(as_staff: Client, exported: Submission) -> None:
    lines = f"receipt;status;reason\n{exported.receipt};refused;{REASON}\nnobody;acknowledged;\n"

    assert 'type="file" name="reply"' in as_staff.get(reverse("admin:exchange_exportbatch_changelist")).text
    shown = bring(as_staff, lines)

    assert "Подтверждено 0, не принято 1, было известно 0." in shown
    assert "Строка 3, «nobody»: такой квитанции нет в выгрузках" in shown
    exported.refresh_from_db()
    assert exported.status == Submission.Status.REFUSED
    assert "Ответ не прочитан." in bring(as_staff, "x;y\n")
    assert "Выберите файл ответа." in bring(as_staff, None)


def bring(client: Client, content: str | None) -> str:
    files = {} if content is None else {"reply": SimpleUploadedFile("reply.csv", content.encode())}
    return client.post(reverse("admin:exchange_exportbatch_reply"), files, follow=True).content.decode()


@pytest.mark.parametrize("content", ["", "x;y\n1;2\n", None])
def test_a_file_that_is_no_reply(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "reply.csv").write_text(content)

    with pytest.raises(CommandError) as refused:
        call_command("import_reply", str(tmp_path / "reply.csv"))

    assert refused.value.returncode == 2
