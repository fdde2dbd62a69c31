"""Staff work the queue. Each act is a row (who, when, why), and the resident hears of it at the bell."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from django.db import transaction
from django.urls import reverse

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from meters import operations as meters
from notifications import operations as notifications
from support.models import ErrorReport, MeterReplacement, ReportDecision, ReportMessage


class ReportClosed(Exception):
    def __init__(self) -> None:
        super().__init__("Обращение уже закрыто. Если житель напишет снова, оно откроется.")


class ReportTakenByAnother(Exception):
    def __init__(self, holder: User) -> None:
        super().__init__(f"Обращение уже взял(а) {holder}. Посмотрите, что изменилось.")


@transaction.atomic(durable=True)
def take_report(*, report_id: int, staff: User, holder_id: int | None, at: datetime) -> ErrorReport:
    """Take it into work, from nobody or from the colleague one saw holding it.

    Raises: ErrorReport.DoesNotExist; ReportClosed; ReportTakenByAnother, when somebody else was quicker.
    """
    report = _open_report(report_id)
    if report.assigned_to_id == staff.pk:
        return report
    if report.assigned_to is not None and report.assigned_to_id != holder_id:
        raise ReportTakenByAnother(report.assigned_to)
    report.assigned_to = staff
    if report.status == ErrorReport.Status.NEW:
        report.status = ErrorReport.Status.TAKEN
    report.save(update_fields=["assigned_to", "status"])
    _record(report, ReportDecision.Kind.TAKE, staff, "", at)
    _tell(report, "support/report_taken", {}, at)
    return report


@transaction.atomic(durable=True)
def answer_report(*, report_id: int, staff: User, text: str, at: datetime, key: UUID | None = None) -> ReportMessage:
    """The same key again gives the answer it made before. Raises: ErrorReport.DoesNotExist; ReportClosed."""
    report = _open_report(report_id)
    own_key = uuid5(key, f"staff {staff.pk}") if key else None
    if own_key and (former := ReportMessage.objects.filter(key=own_key, report=report).first()):
        return former
    message = ReportMessage.objects.create(
        report=report, author=staff, from_staff=True, text=text, key=own_key, written_at=at
    )
    report.status = ErrorReport.Status.ANSWERED
    report.assigned_to = report.assigned_to or staff
    report.save(update_fields=["status", "assigned_to"])
    _tell(report, "support/report_answered", {"text": text}, at)
    _audit(report, "answer", staff, at)
    return message


@transaction.atomic(durable=True)
def resolve_report(*, report_id: int, staff: User, reason: str, at: datetime) -> ErrorReport:
    """What was asked for is done. Raises: ErrorReport.DoesNotExist; ReportClosed."""
    return _close(report_id, ErrorReport.Status.RESOLVED, ReportDecision.Kind.RESOLVE, staff, reason, at)


@transaction.atomic(durable=True)
def decline_report(*, report_id: int, staff: User, reason: str, at: datetime) -> ErrorReport:
    """It will not be done, and the reason says why. Raises: ErrorReport.DoesNotExist; ReportClosed."""
    return _close(report_id, ErrorReport.Status.DECLINED, ReportDecision.Kind.DECLINE, staff, reason, at)


@transaction.atomic(durable=True)
def confirm_replacement(*, report_id: int, staff: User, at: datetime) -> ErrorReport:
    """By the act the meter was replaced: the new one begins, and the report is resolved.

    Raises: ErrorReport.DoesNotExist; ReportClosed; meters' ReplacementNotPossible.
    """
    report = _open_report(report_id)
    replacement = MeterReplacement.objects.get(report=report)
    if report.meter is None:
        raise meters.ReplacementNotPossible("В обращении нет прежнего счётчика.")
    replacement.new_meter = meters.replace_meter(
        account=report.account,
        old=report.meter,
        serial=replacement.serial,
        model=replacement.model,
        replaced_on=replacement.replaced_on,
        closing=_read(replacement.closing),
        opening=_read(replacement.opening),
    )
    replacement.confirmed_at = at
    replacement.save(update_fields=["new_meter", "confirmed_at"])
    words = f"Замену подтвердили: счётчик № {replacement.serial} уже можно выбирать в показаниях."
    return _close(report_id, ErrorReport.Status.RESOLVED, ReportDecision.Kind.RESOLVE, staff, words, at)


def _read(values: dict[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(text) for code, text in values.items()}


def _close(report_id: int, status: str, kind: str, staff: User, reason: str, at: datetime) -> ErrorReport:
    report = _open_report(report_id)
    report.status = status
    report.closed_at = at
    report.assigned_to = report.assigned_to or staff
    report.save(update_fields=["status", "closed_at", "assigned_to"])
    _record(report, kind, staff, reason, at)
    _tell(report, f"support/report_{status}", {"reason": reason}, at)
    return report


def _open_report(report_id: int) -> ErrorReport:
    """Locked without joins: after a wait for the lock a joined row would still be the one of before."""
    report = ErrorReport.objects.select_for_update(no_key=True).get(pk=report_id)
    if not report.is_open:
        raise ReportClosed
    return report


def _record(report: ErrorReport, kind: str, staff: User, reason: str, at: datetime) -> None:
    ReportDecision.objects.create(report=report, by=staff, kind=kind, reason=reason, decided_at=at)
    _audit(report, kind, staff, at)


def _audit(report: ErrorReport, what: str, staff: User, at: datetime) -> None:
    figures = {"what": f"report.{what}", "report": report.pk}
    record_event(Kind.STAFF_DECISION, user=report.user_id, staff=staff, figures=figures, at=at)


def _tell(report: ErrorReport, event: str, context: dict[str, object], at: datetime) -> None:
    notifications.notify(
        user=report.user,
        event=event,
        context={"number": report.number, **context},
        url=reverse("support:report_detail", args=[report.number]),
        since=report.created_at,
        at=at,
    )
