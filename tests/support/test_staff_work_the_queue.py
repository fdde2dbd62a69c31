"""The queue in the admin: found, taken, answered, settled; and what the resident hears."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from billing.models import Link
from notifications.models import Notification
from support import operations
from support.models import ErrorReport, ReplyTemplate, ReportDecision, ReportMessage
from tests import factories
from tests.pages import PageClient
from tests.support import samples
from tests.support.conftest import Send, upload, verified

QUEUE = "/admin/support/errorreport/"


def do(client: PageClient, report: ErrorReport, deed: str, **typed: object) -> HttpResponse:
    return client.post(reverse(f"admin:support_errorreport_{deed}", args=[report.pk]), typed, follow=True)


def work_page(client: PageClient, report: ErrorReport) -> str:
    return client.get(reverse("admin:support_errorreport_change", args=[report.pk])).content.decode()


def heard(report: ErrorReport) -> list[str]:
    return [
        row.text for row in Notification.objects.filter(user=report.user, event__startswith="support/").order_by("pk")
    ]


def make_report(link: Link, **fields: object) -> ErrorReport:
    report = operations.report_error(
        user=link.user,
        key=uuid4(),
        account=link.account,
        meter=None,
        reason=str(fields.pop("reason", "other")),
        text="Другое.",
        documents=[],
        at=timezone.now(),
    )
    ErrorReport.objects.filter(pk=report.pk).update(**fields)
    report.refresh_from_db()
    return report


def test_the_page_shows_facts_text_files_and_the_letter(as_staff: PageClient, send: Send) -> None:
    send(text="Не <b>те</b> цифры", documents=[upload("акт.pdf", samples.make_pdf())])
    report = ErrorReport.objects.get()
    page = work_page(as_staff, report)
    assert "Не &lt;b&gt;те&lt;/b&gt; цифры" in page
    assert report.account.number in page
    assert reverse("support:attachment_detail", args=[report.attachments.get().public_id]) in page
    assert "zarechnoe@branch.example: ждёт отправки" in page
    assert str(report.user.phone) not in page


def test_an_answer_sent_twice_is_one(as_staff: PageClient, report: ErrorReport) -> None:
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', work_page(as_staff, report))
    assert key
    for _ in range(2):
        do(as_staff, report, "answer", text="Проверили, всё верно.", key=key[1])
    assert ReportMessage.objects.count() == len(heard(report)) == 1


def test_only_a_report_of_a_replacement_confirms_one(as_staff: PageClient, report: ErrorReport) -> None:
    assert do(as_staff, report, "replacement").status_code == 404


def test_a_report_is_taken_and_the_resident_hears(as_staff: PageClient, staff: User, report: ErrorReport) -> None:
    page = do(as_staff, report, "take").content.decode()
    assert "Занимаетесь вы" in page
    report.refresh_from_db()
    assert (report.status, report.assigned_to) == (ErrorReport.Status.TAKEN, staff)
    decision = ReportDecision.objects.get()
    assert (decision.kind, decision.by) == (ReportDecision.Kind.TAKE, staff)
    assert heard(report) == [f"Обращение {report.number} взято в работу."]


def test_a_report_is_not_taken_twice_unseen(as_staff: PageClient, staff: User, report: ErrorReport) -> None:
    colleague = factories.UserFactory(is_staff=True, name="Пётр")
    operations.take_report(report_id=report.pk, staff=colleague, holder_id=None, at=timezone.now())
    assert "уже взял(а) Пётр" in do(as_staff, report, "take", holder="").content.decode()
    report.refresh_from_db()
    assert report.assigned_to == colleague
    do(as_staff, report, "take", holder=colleague.pk)
    report.refresh_from_db()
    assert report.assigned_to == staff


def test_an_answer_reaches_the_bell_and_the_talk(
    as_staff: PageClient, as_alice: PageClient, report: ErrorReport
) -> None:
    do(as_staff, report, "answer", text="Пришлите фото.")
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.ANSWERED
    assert ReportMessage.objects.get().from_staff
    assert heard(report) == [f"На обращение {report.number} ответили: Пришлите фото."]
    link = Notification.objects.get(event="support/report_answered").url
    assert "Пришлите фото." in as_alice.get(link).content.decode()


def test_an_answer_needs_words(as_staff: PageClient, report: ErrorReport) -> None:
    assert "Напишите ответ или выберите образец." in do(as_staff, report, "answer", text=" ").content.decode()
    assert not ReportMessage.objects.exists()


def test_a_template_stands_in_for_words_but_not_over_them(as_staff: PageClient, report: ErrorReport) -> None:
    template = ReplyTemplate.objects.create(purpose="answer", title="Позже", text="Ответим завтра.")
    do(as_staff, report, "answer", template=template.pk, text="")
    do(as_staff, report, "answer", template=template.pk, text="Свои слова.")
    assert list(ReportMessage.objects.order_by("pk").values_list("text", flat=True)) == [template.text, "Свои слова."]


@pytest.mark.parametrize(
    ("deed", "status", "word"), [("resolve", "resolved", "решено"), ("decline", "declined", "отклонено")]
)
def test_a_report_is_settled_with_a_reason(
    as_staff: PageClient, as_alice: PageClient, report: ErrorReport, deed: str, status: str, word: str
) -> None:
    do(as_staff, report, deed, **{"close-text": "Сверили с актом."})
    report.refresh_from_db()
    assert report.status == status
    assert report.closed_at
    assert heard(report) == [f"Обращение {report.number} {word}. Сверили с актом."]
    page = as_alice.get(reverse("support:report_detail", args=[report.number])).content.decode()
    assert "Сверили с актом." in page


def test_to_decline_a_reason_is_required_and_to_resolve_it_is_not(as_staff: PageClient, report: ErrorReport) -> None:
    assert "почему обращение отклонено" in do(as_staff, report, "decline").content.decode()
    report.refresh_from_db()
    assert report.is_open
    do(as_staff, report, "resolve")
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.RESOLVED
    assert heard(report) == [f"Обращение {report.number} решено."]


def test_a_closed_report_takes_nothing_more_from_staff(as_staff: PageClient, staff: User, report: ErrorReport) -> None:
    operations.resolve_report(report_id=report.pk, staff=staff, reason="", at=timezone.now())
    for deed, typed in (("take", {}), ("answer", {"text": "Ещё"}), ("decline", {"close-text": "Нет"}), ("resolve", {})):
        assert "Обращение уже закрыто" in do(as_staff, report, deed, **typed).content.decode()
    assert not ReportMessage.objects.exists()
    assert ReportDecision.objects.count() == 1


def test_the_rows_cannot_be_edited_around_the_operations(as_staff: PageClient, report: ErrorReport) -> None:
    change = reverse("admin:support_errorreport_change", args=[report.pk])
    as_staff.post(change, {"status": "resolved", "number": "О-26-999999", "_save": "1"})
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.NEW
    assert as_staff.get(f"{QUEUE}add/").status_code == 403
    assert as_staff.post(f"{QUEUE}{report.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ErrorReport.objects.filter(pk=report.pk).exists()


def test_deeds_are_posted_never_fetched(as_staff: PageClient, report: ErrorReport) -> None:
    for deed in ("take", "answer", "resolve", "decline"):
        assert as_staff.get(reverse(f"admin:support_errorreport_{deed}", args=[report.pk])).status_code == 405


def test_each_deed_is_in_the_log(as_staff: PageClient, report: ErrorReport) -> None:
    do(as_staff, report, "take")
    do(as_staff, report, "answer", text="Смотрим.")
    history = as_staff.get(reverse("admin:support_errorreport_history", args=[report.pk])).content.decode()
    assert "Обращение у вас." in history
    assert "Ответ отправлен" in history


def test_rights_are_asked_for(report: ErrorReport, as_alice: PageClient) -> None:
    change = reverse("admin:support_errorreport_change", args=[report.pk])
    assert as_alice.get(change).status_code == 302
    colleague = factories.UserFactory(is_staff=True)
    client = verified(colleague, TOTPDevice.objects.create(user=colleague, confirmed=True))
    assert client.get(change).status_code == 403
    colleague.user_permissions.add(Permission.objects.get(codename="view_errorreport"))
    page = client.get(change).content.decode()
    assert "Взять" not in page
    assert do(client, report, "take").status_code == 403
    assert do(client, report, "resolve").status_code == 403
    report.refresh_from_db()
    assert report.status == ErrorReport.Status.NEW


def test_a_missing_report_is_a_404(as_staff: PageClient) -> None:
    assert as_staff.get(f"{QUEUE}999999/change/").status_code == 404
    assert as_staff.get(f"{QUEUE}abc/change/").status_code == 404
    assert as_staff.post(f"{QUEUE}999999/take/").status_code == 404


def test_the_queue_shows_what_is_open_oldest_first(as_staff: PageClient, alices_flat: Link) -> None:
    now = timezone.now()
    young = make_report(alices_flat)
    old = make_report(alices_flat, created_at=now - timedelta(days=4))
    closed = make_report(alices_flat, status="resolved", closed_at=now)
    page = as_staff.get(QUEUE).content.decode()
    assert page.index(old.number) < page.index(young.number)
    assert closed.number not in page
    assert "4\xa0дня" in page
    assert "открытые" in page


def test_the_queue_is_narrowed(as_staff: PageClient, staff: User, alices_flat: Link) -> None:
    now = timezone.now()
    colleague = factories.UserFactory(is_staff=True, name="Пётр")
    mine = make_report(alices_flat, status="taken", assigned_to=staff)
    his = make_report(alices_flat, status="answered", assigned_to=colleague)
    nobodys = make_report(alices_flat, reason="no_meter_info", created_at=now - timedelta(days=5))
    closed = make_report(alices_flat, status="declined", closed_at=now)
    everything = {mine, his, nobodys, closed}
    expected = {
        "holder=me": {mine},
        "holder=others": {his},
        "holder=nobody": {nobodys},
        "age=3": {nobodys},
        "state=answered": {his},
        "state=declined": {closed},
        "state=all": everything,
        "reason__exact=no_meter_info": {nobodys},
        f"branch__id__exact={mine.branch_id}&state=all": everything,
        f"q={mine.number}": {mine},
        f"q=O-{mine.number[2:4]}-{mine.pk}": {mine},
        f"q={mine.number[2:]}": {mine},
        f"q={alices_flat.account.digits}&state=all": everything,
        f"q={alices_flat.account.number[:3]}/{alices_flat.account.number[4:]}&state=all": everything,
        "q=00000000000": set(),
    }
    for query, found in expected.items():
        page = as_staff.get(f"{QUEUE}?{query}")
        assert {row for row in everything if row.number in _table(page)} == found, query


def _table(page: HttpResponse) -> str:
    return page.content.decode().partition('id="result_list"')[2].partition("</table>")[0]


def test_several_are_taken_at_once(as_staff: PageClient, staff: User, alices_flat: Link) -> None:
    reports = [make_report(alices_flat) for _ in range(3)]
    typed = {"action": "take_chosen", "_selected_action": [report.pk for report in reports]}
    assert "Взято в работу: 3." in as_staff.post(QUEUE, typed, follow=True).content.decode()
    assert ErrorReport.objects.filter(assigned_to=staff, status="taken").count() == 3


def test_the_resident_who_writes_back_is_in_the_queue_again(
    as_staff: PageClient, as_alice: PageClient, report: ErrorReport
) -> None:
    do(as_staff, report, "resolve", **{"close-text": "Исправили."})
    assert report.number not in _table(as_staff.get(QUEUE))
    as_alice.post(
        reverse("support:report_answer", args=[report.number]),
        {"key": "5a1c8d0e-6a0b-4f5e-9a57-0d1f0c3b7a11", "text": "Не исправили."},
    )
    assert report.number in _table(as_staff.get(f"{QUEUE}?holder=me"))
    assert "Не исправили." in work_page(as_staff, report)
