"""The resident reports an error and writes on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from accounts.models import User
from billing import queries as billing
from billing.models import PersonalAccount
from meters.models import Meter
from notifications import operations as notifications
from support import attachments
from support.documents import Document
from support.facts import collect_facts
from support.models import ErrorReport, MeterReplacement, ReportDecision, ReportMessage
from support.numbers import format_report_number

REPORTS = limits.Limit("reports-user-day", 20, timedelta(days=1), "a branch can read what a person can write")
MESSAGES = limits.Limit("report-messages-user-day", 60, timedelta(days=1), "the same for answers")


class ReportRefused(Exception):
    """It was not written; the message says why and what to do."""


class _Repeated(Exception):
    """The same form a second time: what it made the first time."""

    def __init__(self, report: ErrorReport) -> None:
        self.report = report


def report_error(
    *,
    user: User,
    key: UUID,
    account: PersonalAccount,
    meter: Meter | None,
    reason: str,
    text: str,
    documents: Sequence[Document],
    at: datetime,
    replacement: MeterReplacement | None = None,
) -> ErrorReport:
    """Keep the report with its facts and files, and promise the branch its letter (domain.md 1.4).

    A `replacement`, not saved yet, is kept with it for staff to confirm.

    The account and the meter come from what the resident may see. The same key again gives the report it made before.

    Raises: ReportRefused.
    """
    try:
        with attachments.stored(documents, at=at) as files:
            return _write_report(user, uuid5(key, str(user.pk)), account, meter, reason, text, files, replacement, at)
    except _Repeated as repeated:
        return repeated.report
    except (attachments.NotKept, attachments.DailyBytesSpent) as error:
        raise ReportRefused(str(error)) from error


def add_message(
    *, user: User, number: str, key: UUID, text: str, documents: Sequence[Document], at: datetime
) -> ErrorReport:
    """The resident writes on; a closed report opens again if it was closed lately.

    Raises: ErrorReport.DoesNotExist for a stranger's; ReportRefused.
    """
    try:
        with attachments.stored(documents, at=at) as files:
            return _write_message(user, number, uuid5(key, str(user.pk)), text, files, at)
    except _Repeated as repeated:
        return repeated.report
    except (attachments.NotKept, attachments.DailyBytesSpent) as error:
        raise ReportRefused(str(error)) from error


@transaction.atomic(durable=True)
def _write_report(
    user: User,
    key: UUID,
    account: PersonalAccount,
    meter: Meter | None,
    reason: str,
    text: str,
    files: Sequence[attachments.StoredFile],
    replacement: MeterReplacement | None,
    at: datetime,
) -> ErrorReport:
    _queue_up(user)
    if former := ErrorReport.objects.filter(key=key).first():
        raise _Repeated(former)
    if not limits.consume(REPORTS, str(user.pk), at=at):
        raise ReportRefused("Сегодня от вас уже много обращений. Допишите в одно из них или вернитесь завтра.")
    pk = _next_id()
    report = ErrorReport.objects.create(
        pk=pk,
        number=format_report_number(timezone.localdate(at).year, pk),
        key=key,
        user=user,
        account=account,
        meter=meter,
        branch=billing.get_branch_for(account),
        reason=reason,
        text=text,
        facts=collect_facts(account, user).about(meter),
        created_at=at,
    )
    if replacement is not None:
        replacement.report = report
        replacement.save(force_insert=True)
    attachments.attach(files, user=user, report=report, at=at)
    _write_to_branch(report, files, at)
    return report


@transaction.atomic(durable=True)
def _write_message(
    user: User, number: str, key: UUID, text: str, files: Sequence[attachments.StoredFile], at: datetime
) -> ErrorReport:
    _queue_up(user)
    report = ErrorReport.objects.visible_to(user).select_for_update(no_key=True).get(number=number)
    if ReportMessage.objects.filter(key=key).exists():
        raise _Repeated(report)
    if not report.takes_answers(at):
        raise ReportRefused("Это обращение закрыто больше месяца назад. Напишите новое: мы разберёмся заново.")
    if not limits.consume(MESSAGES, str(user.pk), at=at):
        raise ReportRefused("Сегодня от вас уже много сообщений. Вернитесь завтра.")
    message = ReportMessage.objects.create(
        report=report, author=user, from_staff=False, text=text, key=key, written_at=at
    )
    attachments.attach(files, user=user, report=report, message=message, at=at)
    if not report.is_open:
        ReportDecision.objects.create(report=report, by=user, kind=ReportDecision.Kind.REOPEN, decided_at=at)
    report.return_to_staff()
    report.save(update_fields=["status", "closed_at"])
    return report


def _queue_up(user: User) -> None:
    """One thing of one resident at a time: keys and daily bytes are then judged exactly."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [ErrorReport._meta.db_table])
        return int(cursor.fetchone()[0])


def _write_to_branch(report: ErrorReport, files: Sequence[attachments.StoredFile], at: datetime) -> None:
    """The letter residents used to write themselves. A branch without an address leaves it to the queue."""
    if report.branch is None or not report.branch.email:
        return
    work_page = reverse("admin:support_errorreport_change", args=[report.pk])
    notifications.queue_email(
        to=report.branch.email,
        event="support/report_made",
        context={
            "report": report,
            "account": report.account,
            "url": f"{settings.PUBLIC_URL}{work_page}",
            "files": files,
        },
        key=report.letter_key,
        at=at,
        attachments=[
            {"name": file.document.name, "path": file.path, "content_type": file.document.content_type}
            for file in files
        ],
    )
