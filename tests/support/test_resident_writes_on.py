"""The talk after the report, and its end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from support import operations
from support.models import ErrorReport, ReportDecision, ReportMessage
from support.operations import residents
from tests.pages import PageClient
from tests.support import samples
from tests.support.conftest import upload


def write(client: PageClient, report: ErrorReport, **changes: object) -> HttpResponse:
    address = reverse("support:report_answer", args=[report.number])
    return client.post(address, {"key": str(uuid4()), "text": "Вот фотография.", **changes}, follow=True)


def test_the_staffs_answer_is_read_and_answered(as_alice: PageClient, report: ErrorReport, staff: User) -> None:
    operations.answer_report(report_id=report.pk, staff=staff, text="Пришлите фото.", at=timezone.now())
    page = as_alice.get(reverse("support:report_detail", args=[report.number])).content.decode()
    assert "Пришлите фото." in page
    assert "Ольга, диспетчер" in page
    assert "Вам ответили" in page

    page = write(as_alice, report, documents=[upload("фото.jpg", samples.make_image())]).content.decode()
    assert "Вот фотография." in page
    assert "фото.jpg" in page
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.TAKEN
    assert report.assigned_to == staff
    message = ReportMessage.objects.get(from_staff=False)
    assert message.attachments.get().report == report


def test_a_message_before_anybody_looked_leaves_it_new(as_alice: PageClient, report: ErrorReport) -> None:
    write(as_alice, report)
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.NEW


def test_the_same_message_twice_is_one(as_alice: PageClient, report: ErrorReport) -> None:
    key = str(uuid4())
    write(as_alice, report, key=key)
    write(as_alice, report, key=key)
    assert ReportMessage.objects.count() == 1


def test_an_empty_message_is_not_sent(as_alice: PageClient, report: ErrorReport) -> None:
    page = write(as_alice, report, text=" ", documents=[upload("a.pdf", samples.make_pdf())]).content.decode()
    assert "Напишите сообщение." in page
    assert "выбрать ещё раз: «a.pdf»" in page
    assert not ReportMessage.objects.exists()


def test_a_closed_report_opens_again_within_a_month(as_alice: PageClient, report: ErrorReport, staff: User) -> None:
    at = timezone.now() - timedelta(days=29)
    operations.resolve_report(report_id=report.pk, staff=staff, reason="Исправили.", at=at)
    page = as_alice.get(reverse("support:report_detail", args=[report.number])).content.decode()
    assert "Решено. Исправили." in page
    assert "Отправить и открыть снова" in page

    page = write(as_alice, report, text="Нет, всё по-прежнему.").content.decode()
    assert "Открыто снова" in page
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.TAKEN
    assert report.closed_at is None
    assert report.decisions.filter(kind=ReportDecision.Kind.REOPEN, by=report.user).count() == 1


def test_after_a_month_a_new_report_is_the_way(as_alice: PageClient, report: ErrorReport, staff: User) -> None:
    at = timezone.now() - timedelta(days=30, minutes=1)
    operations.decline_report(report_id=report.pk, staff=staff, reason="Данные верны.", at=at)
    page = as_alice.get(reverse("support:report_detail", args=[report.number])).content.decode()
    assert "Написать новое" in page
    assert "<textarea" not in page
    assert "закрыто больше месяца назад" in write(as_alice, report).content.decode()
    assert not ReportMessage.objects.exists()


def test_too_many_messages_in_a_day_are_refused(
    as_alice: PageClient, report: ErrorReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = residents.limits.Limit("report-messages-user-day", 1, timedelta(days=1))
    monkeypatch.setattr(residents, "MESSAGES", one)
    write(as_alice, report)
    assert "Сегодня от вас уже много сообщений" in write(as_alice, report).content.decode()
    assert ReportMessage.objects.count() == 1
