"""What of a resident's reports stays when the cabinet is deleted: that there were some, never what they said."""

from datetime import datetime

from accounts.models import User
from accounts.privacy.holds import Hold
from notifications import operations as notifications
from support.models import ErrorReport, ReportDecision

HOLDS = (
    Hold(
        "support.ErrorReport",
        "учёт обращений: номер, причина, сроки",
        told="Номера и даты обращений. Тексты и приложенные документы удалим.",
        blanks={"text": "", "facts": []},
    ),
    Hold("support.ReportMessage", "учёт обращений: когда отвечали", blanks={"text": ""}),
    Hold("support.ReportDecision", "учёт обращений: кто и когда решил", blanks={"reason": ""}),
)


def close_reports(user: User, at: datetime) -> None:
    """Nobody waits for an answer any more, and letters that told branches of the reports are forgotten here."""
    reports = ErrorReport.objects.filter(user=user)
    notifications.forget_messages(keys=[report.letter_key for report in reports])
    still_open = [report for report in reports if report.is_open]
    ReportDecision.objects.bulk_create(
        ReportDecision(report=report, by=user, kind=ReportDecision.Kind.DECLINE, decided_at=at) for report in still_open
    )
    reports.filter(pk__in=[report.pk for report in still_open]).update(
        status=ErrorReport.Status.DECLINED, closed_at=at, assigned_to=None
    )
