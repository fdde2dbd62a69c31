"""Every term of keeping holds: an hour before it the row is there, an hour after it is gone (security.md P4)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from accounts import known_devices
from accounts.audit.models import SecurityEvent
from accounts.models import (
    CabinetDeletion,
    Consent,
    ConsentDocument,
    EmailChange,
    FactorRemoval,
    LimitedAct,
    PhoneChallenge,
    PhoneChange,
    PhoneRelease,
    Recovery,
    Registration,
    TrustedDevice,
    User,
)
from billing.models import BillNews, LinkGuess, LinkRequest
from exchange.models import ImportRun, RejectedRow
from meters.models import CalendarFeed, MeterPhoto, Submission
from notifications.models import Notification, OutgoingMessage
from portal import retention, tasks
from support.models import Attachment, ErrorReport, ReportMessage
from tests import factories

pytestmark = pytest.mark.django_db
Make = Callable[[datetime], models.Model]
MAKERS: dict[str, Make] = {}
HOUR = timedelta(hours=1)


def of(name: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        MAKERS[name] = make
        return make

    return keep


@of("codes")
def _(at: datetime) -> models.Model:
    challenge = PhoneChallenge.objects.create(
        phone="+79005550101", purpose="registration", nonce=b"", created_at=at, expires_at=at
    )
    Registration.objects.create(challenge=challenge, phone="+79005550101", advertising=False, created_at=at)
    return challenge


@of("limited-acts")
def _(at: datetime) -> models.Model:
    return LimitedAct.objects.create(kind="sms-phone", subject="0", happened_at=at)


@of("guesses")
def _(at: datetime) -> models.Model:
    return LinkGuess.objects.create(user=factories.UserFactory(), target="0", network="0", guessed_at=at)


def make_message(at: datetime, status: str = "sent") -> OutgoingMessage:
    return OutgoingMessage.objects.create(
        channel="sms",
        recipient="+79005550101",
        body="Текст",
        event="accounts/welcome",
        key=str(uuid4()),
        status=status,
        created_at=at,
        next_attempt_at=at,
    )


MAKERS["messages"] = make_message


@of("notifications")
def _(at: datetime) -> models.Model:
    return Notification.objects.create(user=factories.UserFactory(), event="a/b", text="Текст", created_at=at)


@of("bill-news")
def _(at: datetime) -> models.Model:
    return BillNews.objects.create(
        user=factories.UserFactory(),
        account=factories.PersonalAccountFactory(),
        number="1",
        period=date(2026, 10, 1),
        promised_at=at,
    )


@of("sessions")
def _(at: datetime) -> models.Model:
    return Session.objects.create(session_key=uuid4().hex, session_data="", expire_date=at)


@of("devices")
def _(at: datetime) -> models.Model:
    device, _key = known_devices.trust_device(
        None,
        factories.UserFactory(),
        proof=TrustedDevice.Proof.SMS,
        address="192.0.2.7",
        user_agent="",
        at=timezone.now(),
    )
    TrustedDevice.objects.update(until=at)
    return device


@of("e-mail-changes")
def _(at: datetime) -> models.Model:
    return EmailChange.objects.create(
        user=factories.UserFactory(), email="a@lampa.example", created_at=at, expires_at=at
    )


@of("link-requests")
def _(at: datetime) -> models.Model:
    return LinkRequest.objects.create(
        user=factories.UserFactory(),
        supplier=factories.SupplierFactory(),
        digits="1",
        shown_number="1",
        paid_on=date(2026, 1, 1),
        amount=1,
        status="expired",
        created_at=at,
        expires_at=at,
        settled_at=at,
    )


@of("calendar-feeds")
def _(at: datetime) -> models.Model:
    return CalendarFeed.objects.create(user=factories.UserFactory(), token_hash="0", created_at=at, revoked_at=at)


def make_attempt(model: type[models.Model], **more: object) -> Make:
    def make(at: datetime) -> models.Model:
        row = model._default_manager.create(
            username="+79005550101", user_agent="", http_accept="", path_info="/admin/login/", **more
        )
        model._default_manager.update(attempt_time=at)
        return row

    return make


MAKERS["staff-attempts"] = make_attempt(AccessAttempt, get_data="", post_data="", failures_since_start=1)
MAKERS["staff-failures"] = make_attempt(AccessFailureLog)
MAKERS["staff-sign-ins"] = make_attempt(AccessLog)


@of("security-log")
def _(at: datetime) -> models.Model:
    return SecurityEvent.objects.create(kind="sign_in", happened_at=at)


@of("phone-releases")
def _(at: datetime) -> models.Model:
    staff = factories.UserFactory(is_staff=True)
    return PhoneRelease.objects.create(phone="+79005550101", reason="", released_by=staff, released_at=at)


@of("phone-changes")
def _(at: datetime) -> models.Model:
    user = factories.UserFactory()
    return PhoneChange.objects.create(
        user=user, former_phone="+79005550101", phone="+79005550102", created_at=at, confirmed_at=at
    )


@of("recoveries")
def _(at: datetime) -> models.Model:
    return Recovery.objects.create(user=factories.UserFactory(), began_at=at, was_idle=False, proven_at=at)


@of("factor-removals")
def _(at: datetime) -> models.Model:
    staff = factories.UserFactory(is_staff=True)
    return FactorRemoval.objects.create(user=factories.UserFactory(), reason="", asked_by=staff, asked_at=at)


@of("staff-journal")
def _(at: datetime) -> models.Model:
    return LogEntry.objects.create(
        user=factories.UserFactory(),
        content_type=ContentType.objects.get_for_model(User),
        object_repr="",
        action_flag=2,
        action_time=at,
    )


@of("rejected-rows")
def _(at: datetime) -> models.Model:
    run = ImportRun.objects.create(supplier_code="psk", source="x", started_at=at)
    return RejectedRow.objects.create(run=run, file="bills", line=1, reason="")


@of("attachments")
def _(at: datetime) -> models.Model:
    report = ErrorReport.objects.create(
        number=uuid4().hex[:20],
        key=uuid4(),
        user=factories.UserFactory(),
        account=factories.PersonalAccountFactory(),
        reason="other",
        status="resolved",
        created_at=at,
        closed_at=at,
    )
    path = default_storage.save("reports/2020/01/old.pdf", ContentFile(b"%PDF-"))
    return Attachment.objects.create(
        report=report, file=path, name="a.pdf", content_type="application/pdf", size=5, added_at=at
    )


@of("photos")
def _(at: datetime) -> models.Model:
    installation = factories.InstallationFactory()
    user = factories.UserFactory()
    submission = Submission.objects.create(
        receipt=uuid4().hex[:20],
        key=uuid4(),
        user=user,
        account=installation.account,
        meter=installation.meter,
        taken_on=at.date(),
        period=at.date().replace(day=1),
        submitted_at=at,
    )
    path = default_storage.save("meters/2020/01/old.jpg", ContentFile(b"x"))
    return MeterPhoto.objects.create(submission=submission, user=user, file=path, digest="0", size=1, added_at=at)


def make_deletion(at: datetime, **moments: datetime) -> models.Model:
    user = factories.UserFactory(erased_at=moments.get("erased_at"))
    return CabinetDeletion.objects.create(user=user, requested_at=at, due_at=at, **moments)


MAKERS["deletions-withdrawn"] = lambda at: make_deletion(at, withdrawn_at=at)
MAKERS["acts"] = lambda at: make_deletion(at, erased_at=at)


@of("consents-of-the-erased")
def _(at: datetime) -> models.Model:
    return Consent.objects.create(
        user=factories.UserFactory(erased_at=at),
        document=ConsentDocument.objects.get(kind="terms", version=1),
        given=True,
        preselected=False,
        decided_at=at,
    )


def run() -> dict[str, int]:
    now = timezone.now()
    return retention.forget_what_is_old(at=now, clock=lambda: now)


def stands(row: models.Model) -> bool:
    return type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("term", [pytest.param(term, id=term.name) for term in retention.TERMS if term.name in MAKERS])
def test_an_hour_before_it_is_there_and_an_hour_after_it_is_gone(term: retention.Term) -> None:
    at = timezone.now() - term.kept_for
    young = MAKERS[term.name](at + HOUR)
    run()
    assert stands(young)
    type(young)._default_manager.all().delete()
    old = MAKERS[term.name](at - HOUR)
    assert run()[term.name]
    assert not stands(old)
    assert run() == {}


def test_every_term_says_why() -> None:
    names = [term.name for term in retention.TERMS]
    assert len(set(names)) == len(names)
    assert set(names) == {*MAKERS, "payloads"}
    assert all(term.comment for term in retention.TERMS)


def test_after_a_week_a_sent_message_no_longer_says_to_whom_and_what() -> None:
    week_ago = timezone.now() - timedelta(days=7)
    young, old = make_message(week_ago + HOUR), make_message(week_ago - HOUR)
    waiting = make_message(week_ago - HOUR, status="queued")
    run()
    for message in (young, old, waiting):
        message.refresh_from_db()
    assert (old.recipient, old.body, old.status) == ("", "", "sent")
    assert young.body
    assert waiting.body


def test_the_file_of_a_document_goes_and_the_report_stays() -> None:
    attachment = MAKERS["attachments"](timezone.now() - timedelta(days=3 * 365 + 1))
    assert isinstance(attachment, Attachment)
    ReportMessage.objects.create(
        report=attachment.report,
        author=attachment.report.user,
        from_staff=False,
        text="Ещё акт",
        written_at=timezone.now(),
    )
    run()
    assert not default_storage.exists(attachment.file.name)
    assert ErrorReport.objects.get().messages.count() == 1


def test_documents_of_an_open_report_stay() -> None:
    attachment = MAKERS["attachments"](timezone.now() - timedelta(days=4 * 365))
    ErrorReport.objects.update(status="taken", closed_at=None)
    run()
    assert stands(attachment)


def test_it_stops_when_its_time_is_over_and_goes_on_next_time() -> None:
    for _ in range(3):
        MAKERS["limited-acts"](timezone.now() - timedelta(days=31))
    later = iter([timezone.now(), *(timezone.now() + timedelta(minutes=1),) * 1000])
    assert retention.forget_what_is_old(at=timezone.now(), clock=lambda: next(later)) == {}
    assert run()["limited-acts"] == 3


def test_it_is_done_by_the_scheduler() -> None:
    MAKERS["limited-acts"](timezone.now() - timedelta(days=31))
    tasks.forget_what_is_old()
    assert not LimitedAct.objects.exists()
    planned = {row["task"]: row["schedule"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
    assert planned["portal.tasks.forget_what_is_old"] <= 3600


def test_what_nobody_has_proven_stays_hidden_however_long() -> None:
    recovery = MAKERS["recoveries"](timezone.now() - timedelta(days=3 * 365))
    Recovery.objects.update(proven_at=None)
    run()
    assert stands(recovery)
