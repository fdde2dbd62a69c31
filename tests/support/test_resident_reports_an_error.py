"""From the form to the branch's letter."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing.models import Link
from meters.models import Meter
from notifications import operations as notifications
from notifications.models import OutgoingMessage
from support import attachments
from support.models import Attachment, ErrorReport, ReportMessage
from support.operations import residents
from tests import factories
from tests.pages import PageClient
from tests.support import samples
from tests.support.conftest import Send, upload

NEW = "/reports/new/"


def the_meter(link: Link) -> Meter:
    return Meter.objects.get(installations__account=link.account)


def stored_files() -> list[str]:
    """Every file of reports in the storage."""
    found, folders = [], ["reports"]
    while folders:
        folder = folders.pop()
        if not default_storage.exists(folder):
            continue
        below, files = default_storage.listdir(folder)
        folders += [f"{folder}/{name}" for name in below]
        found += [f"{folder}/{name}" for name in files]
    return found


def test_the_form_opens_filled_in(as_alice: PageClient, alices_flat: Link) -> None:
    meter = the_meter(alices_flat)
    page = as_alice.get(
        NEW, {"account": alices_flat.pk, "meter": meter.pk, "reason": "wrong_meter_info"}
    ).content.decode()
    checked = re.findall(r'name="(\w+)" value="([^"]*)"[^>]*checked', page)
    assert sorted(checked) == [("meter", str(meter.pk)), ("reason", "wrong_meter_info")]
    assert alices_flat.account.number in page
    assert meter.serial in page
    assert "12\xa0612 кВт·ч, 20 октября 2026, фактическое, передано жителем" in page
    assert "было 12\xa0332, стало 12\xa0612, фактическое" in page


def test_the_only_account_is_chosen_by_itself(as_alice: PageClient, alices_flat: Link) -> None:
    assert f'name="account" value="{alices_flat.pk}"' in as_alice.get(NEW).content.decode()


def test_of_several_accounts_one_is_chosen_first(as_alice: PageClient, alice: User, alices_flat: Link) -> None:
    other = factories.LinkFactory(user=alice, group=alices_flat.group, alias="Дача")
    page = as_alice.get(NEW, {"reason": "no_meter_info"}).content.decode()
    assert f"?reason=no_meter_info&amp;account={other.pk}" in page
    assert "Дача" in page


def test_without_an_account_the_way_to_one_is_shown(as_charlie: PageClient) -> None:
    assert reverse("billing:link_create") in as_charlie.get(NEW).content.decode()


def test_an_account_without_a_meter_says_so(as_alice: PageClient, alice: User) -> None:
    link = factories.LinkFactory(user=alice)
    page = as_alice.get(NEW, {"account": link.pk, "reason": "no_meter_info"}).content.decode()
    assert "Сведений о приборе учёта нет" in page
    assert 'name="meter"' not in page


def test_what_is_written_is_kept_with_the_facts(send: Send, alice: User, alices_flat: Link) -> None:
    meter = the_meter(alices_flat)
    answer = send(meter=meter.pk)
    report = ErrorReport.objects.get()
    assert report.number == f"О-{timezone.localdate().year % 100}-{report.pk:06d}"
    assert (report.user, report.account, report.meter) == (alice, alices_flat.account, meter)
    assert report.status == ErrorReport.Status.NEW
    facts = dict(report.facts)
    assert facts["Лицевой счёт"] == alices_flat.account.number
    assert facts["Номер прибора учёта"] == meter.serial
    assert "12\xa0612" in facts["Показание «День»"]
    assert "стало 3\xa0478" in facts["В счёте за октябрь 2026, «Ночь»"]
    assert "к оплате 3\xa0412,80" in facts["Последний счёт"]
    page = answer.content.decode()
    assert report.number in page
    assert "Ждёт сотрудника" in page


def test_what_is_not_about_a_meter_carries_only_the_account(send: Send) -> None:
    send(reason="wrong_account")
    labels = [label for label, _ in ErrorReport.objects.get().facts]
    assert labels == ["Лицевой счёт", "Поставщик", "Услуга", "Адрес", "Последний счёт"]


def test_the_address_in_the_facts_is_masked(report: ErrorReport) -> None:
    facts = dict(report.facts)
    assert facts["Адрес"] == report.account.masked_address
    assert facts["Адрес"] != report.account.address


def test_the_branch_gets_the_letter_residents_used_to_write(
    send: Send, alices_flat: Link, django_capture_on_commit_callbacks: Any
) -> None:
    send(
        meter=the_meter(alices_flat).pk,
        documents=[upload("Акт допуска.pdf", samples.make_pdf()), upload("фото.jpg", samples.make_image())],
    )
    report, letter = ErrorReport.objects.get(), OutgoingMessage.objects.get()
    now = timezone.now()
    assert notifications.deliver_message(message_id=letter.pk, at=now, clock=timezone.now)
    sent = mail.outbox[0]
    assert sent.to == ["zarechnoe@branch.example"]
    assert sent.subject == alices_flat.account.number
    assert "Неверные показания" in sent.body
    assert "В портале 12 612, а на счётчике 12 896." in sent.body
    assert "Номер прибора учёта: " in sent.body
    assert report.number in sent.body
    assert f"/admin/support/errorreport/{report.pk}/change/" in sent.body
    assert [(name, kind) for name, _, kind in sent.attachments] == [
        ("Акт допуска.pdf", "application/pdf"),
        ("фото.jpg", "image/jpeg"),
    ]
    assert sent.attachments[0][1] == samples.make_pdf()


def test_the_branch_is_the_one_with_the_longest_prefix(send: Send, alices_flat: Link) -> None:
    near = factories.BranchFactory(supplier=alices_flat.account.supplier, prefix="0180", email="near@branch.example")
    send()
    assert ErrorReport.objects.get().branch == near
    assert OutgoingMessage.objects.get().recipient == "near@branch.example"


def test_a_branch_without_an_address_leaves_it_to_the_queue(send: Send, alices_flat: Link) -> None:
    alices_flat.account.supplier.branches.update(email="")
    send()
    assert ErrorReport.objects.exists()
    assert not OutgoingMessage.objects.exists()


def test_no_markup_of_a_resident_reaches_a_page_or_spoils_a_letter(send: Send) -> None:
    page = send(text="<script>alert(1)</script> & «кавычки»").content.decode()
    assert "<script>alert(1)" not in page
    assert "<script>alert(1)</script> & «кавычки»" in OutgoingMessage.objects.get().body


def test_the_same_form_twice_is_one_report(send: Send) -> None:
    key = str(uuid4())
    for _ in range(2):
        answer = send(key=key, documents=[upload("a.png", samples.make_image("PNG"))])
        assert ErrorReport.objects.get().number in answer.content.decode()
    assert OutgoingMessage.objects.count() == 1
    assert Attachment.objects.count() == 1
    assert len(stored_files()) == 1


def test_one_key_of_two_residents_makes_two_reports(send: Send, charlie: User, as_charlie: PageClient) -> None:
    key = str(uuid4())
    send(key=key)
    link = factories.LinkFactory(user=charlie)
    typed = {"key": key, "account": link.pk, "reason": "other", "text": "Другое."}
    as_charlie.post(NEW, typed)
    assert ErrorReport.objects.filter(user=charlie).count() == 1
    assert ErrorReport.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "Напишите в двух словах, что случилось."),
        ({"text": "   "}, "Напишите в двух словах, что случилось."),
        ({"text": "а" * 4001}, "уместите в 4000 знаков"),
        ({"reason": ""}, "Выберите причину"),
        ({"reason": "bribe"}, "bribe"),
        ({"meter": "999999"}, "999999"),
        ({"key": "not-a-key"}, "UUID"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_kept(send: Send, changes: dict[str, str], words: str) -> None:
    page = send(**changes).content.decode()
    assert words in page
    assert not ErrorReport.objects.exists()


def test_bad_input_keeps_the_text_and_names_the_files_to_choose_again(send: Send) -> None:
    page = send(reason="", documents=[upload("Акт допуска.pdf", samples.make_pdf())]).content.decode()
    assert "В портале 12 612, а на счётчике 12 896." in page
    assert "Файлы хорошие, но их нужно выбрать ещё раз: «Акт допуска.pdf»." in page
    assert not stored_files()


def test_each_bad_file_is_named_and_good_ones_too(send: Send) -> None:
    page = send(
        documents=[
            upload("вирус.exe", b"MZ" + b"\0" * 100),
            upload("битый.jpg", samples.make_image()[:100], "image/jpeg"),
            upload("акт.pdf", samples.make_pdf()),
        ]
    ).content.decode()
    assert "«вирус.exe» не подойдёт: нужен PDF, JPEG или PNG" in page
    assert "«битый.jpg» не открывается как изображение" in page
    assert "Подошли: «акт.pdf». Выберите их ещё раз" in page
    assert not ErrorReport.objects.exists()


def test_five_files_are_kept_and_six_are_not(send: Send) -> None:
    picture = samples.make_image("PNG")
    page = send(documents=[upload(f"{n}.png", picture) for n in range(6)]).content.decode()
    assert "не больше 5 файлов, а выбрано 6" in page
    send(documents=[upload(f"{n}.png", picture) for n in range(5)])
    assert Attachment.objects.count() == 5


def test_more_than_the_day_allows_is_refused_and_leaves_no_file(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    document = samples.make_pdf()
    monkeypatch.setattr(attachments, "DAILY_BYTES", int(len(document) * 1.5))
    send(documents=[upload("a.pdf", document)])
    page = send(documents=[upload("b.pdf", document)]).content.decode()
    assert "За сутки можно приложить до 50 МБ" in page
    assert ErrorReport.objects.count() == 1
    assert len(stored_files()) == 1


def test_a_full_disk_keeps_the_text_on_the_page(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(default_storage, "save", refuse)
    page = send(documents=[upload("a.pdf", samples.make_pdf())]).content.decode()
    assert "Файлы сейчас не сохраняются" in page
    assert "В портале 12 612, а на счётчике 12 896." in page
    assert not ErrorReport.objects.exists()


def test_a_form_that_is_far_too_heavy_keeps_its_text(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.uploads.MAX_REQUEST_BYTES", 1000)
    page = send(documents=[upload("a.pdf", samples.make_pdf() * 4)]).content.decode()
    assert "Файлы вместе больше 55 МБ" in page
    assert "В портале 12 612, а на счётчике 12 896." in page


def test_too_many_reports_in_a_day_are_refused(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    few = residents.limits.Limit("reports-user-day", 2, timedelta(days=1))
    monkeypatch.setattr(residents, "REPORTS", few)
    for _ in range(2):
        send()
    assert "Сегодня от вас уже много обращений" in send().content.decode()
    assert ErrorReport.objects.count() == 2


def test_a_stranger_can_neither_open_the_form_for_an_account_nor_send_it(
    as_charlie: PageClient, alices_flat: Link
) -> None:
    assert as_charlie.get(NEW, {"account": alices_flat.pk}).status_code == 404
    typed = {"key": str(uuid4()), "account": alices_flat.pk, "reason": "other", "text": "Чужое."}
    assert as_charlie.post(NEW, typed).status_code == 404
    assert not ErrorReport.objects.exists()


def test_a_meter_of_another_account_is_not_taken(send: Send, as_alice: PageClient, alices_flat: Link) -> None:
    foreign = factories.InstallationFactory().meter
    send(meter=foreign.pk)
    assert not ErrorReport.objects.exists()
    assert as_alice.get(NEW, {"account": alices_flat.pk, "meter": foreign.pk}).status_code == 404


def test_an_ended_link_opens_no_form(as_alice: PageClient, alices_flat: Link) -> None:
    alices_flat.ended_at = timezone.now()
    alices_flat.save()
    assert as_alice.get(NEW, {"account": alices_flat.pk}).status_code == 404


def test_reports_are_listed_newest_first_and_only_ones_own(
    send: Send, as_alice: PageClient, as_charlie: PageClient, report: ErrorReport
) -> None:
    send(reason="other")
    newest = ErrorReport.objects.latest("pk")
    page = as_alice.get("/reports/").content.decode()
    assert page.index(newest.number) < page.index(report.number)
    assert report.number not in as_charlie.get("/reports/").content.decode()


def test_a_stranger_finds_no_report(as_charlie: PageClient, report: ErrorReport) -> None:
    address = reverse("support:report_detail", args=[report.number])
    assert as_charlie.get(address).status_code == 404
    answer = reverse("support:report_answer", args=[report.number])
    assert as_charlie.post(answer, {"key": str(uuid4()), "text": "Я"}).status_code == 404
    assert not ReportMessage.objects.exists()


def test_pages_ask_for_sign_in(page: PageClient, report: ErrorReport) -> None:
    for address in ("/reports/", NEW, f"/reports/{report.number}/"):
        assert page.get(address).status_code == 302


def test_the_form_takes_the_same_statements_for_any_number_of_meters(
    as_alice: PageClient, alices_flat: Link, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    as_alice.get(NEW)
    with django_assert_max_num_queries(12) as one:
        as_alice.get(NEW)
    for _ in range(5):
        installation = factories.InstallationFactory(account=alices_flat.account)
        factories.ReadingFactory(scale=factories.ScaleFactory(meter=installation.meter))
    with django_assert_num_queries(len(one)):
        as_alice.get(NEW)
