"""What may be read of reports: a resident's own through `visible_to`, the queue for staff."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from billing import staff_scope
from notifications.models import OutgoingMessage
from support.models import Attachment, ErrorReport, MeterReplacement, ReplyTemplate, ReportDecision

PAGE = 30
OPEN = [ErrorReport.Status.NEW, ErrorReport.Status.TAKEN, ErrorReport.Status.ANSWERED]


@dataclass(frozen=True)
class Entry:
    """One line of the talk about a report, for the resident and for staff alike."""

    kind: str
    """"own" (the resident), "staff" or "event"."""
    who: str
    text: str
    at: datetime
    files: list[Attachment] = field(default_factory=list)


def get_reports(user: User, *, before: int | None = None) -> tuple[list[ErrorReport], int | None]:
    """One page, newest first, and the key of the next when there is more."""
    reports = ErrorReport.objects.visible_to(user).select_related("account")
    if before is not None:
        reports = reports.filter(pk__lt=before)
    rows = list(reports.order_by("-pk")[: PAGE + 1])
    page = rows[:PAGE]
    return page, page[-1].pk if len(rows) > PAGE else None


def get_open_reports(user: User) -> list[ErrorReport]:
    """What is not settled yet, newest first. One statement."""
    reports = ErrorReport.objects.visible_to(user).filter(status__in=OPEN).select_related("account")
    return list(reports.order_by("-pk"))


def get_report(user: User, number: str) -> ErrorReport:
    """Raises ErrorReport.DoesNotExist for a stranger's."""
    return ErrorReport.objects.visible_to(user).select_related("account__supplier", "branch").get(number=number)


def get_attachment(user: User, public_id: UUID, *, as_staff: bool) -> Attachment:
    """Of one's own reports, and for staff of those in scope. Raises Attachment.DoesNotExist."""
    shown = Q(report__in=ErrorReport.objects.visible_to(user))
    if as_staff:
        shown |= Q(report__in=ErrorReport.objects.filter(staff_scope.within(user)))
    return Attachment.objects.select_related("report__account__supplier").get(shown, public_id=public_id)


def get_thread(report: ErrorReport) -> list[Entry]:
    """The report's own words first, then messages and decisions by time. Three statements."""
    files: dict[int | None, list[Attachment]] = {}
    for attachment in report.attachments.order_by("pk"):
        files.setdefault(attachment.message_id, []).append(attachment)
    entries = [
        Entry(
            "staff" if message.from_staff else "own",
            (message.author.name or "Сотрудник") if message.from_staff else "",
            message.text,
            message.written_at,
            files.get(message.pk, []),
        )
        for message in report.messages.select_related("author").order_by("pk")
    ]
    entries += [
        Entry("event", decision.by.name, _say_decision(decision), decision.decided_at)
        for decision in report.decisions.select_related("by").order_by("pk")
    ]
    first = Entry("own", "", report.text, report.created_at, files.get(None, []))
    return [first, *sorted(entries, key=lambda entry: entry.at)]


def _say_decision(decision: ReportDecision) -> str:
    words = {
        ReportDecision.Kind.TAKE: "Взято в работу",
        ReportDecision.Kind.RESOLVE: "Решено",
        ReportDecision.Kind.DECLINE: "Отклонено",
        ReportDecision.Kind.REOPEN: "Открыто снова",
    }[ReportDecision.Kind(decision.kind)]
    return f"{words}. {decision.reason}" if decision.reason else f"{words}."


def get_letter(report: ErrorReport) -> OutgoingMessage | None:
    """What was promised to the branch; None when the branch has no address."""
    return OutgoingMessage.objects.filter(key=report.letter_key).first()


def get_reply_templates(purpose: str) -> list[ReplyTemplate]:
    return list(ReplyTemplate.objects.filter(purpose=purpose).order_by("title"))


def get_replacement(report: ErrorReport) -> MeterReplacement | None:
    """What the resident said of a replaced meter, if the report is about that."""
    return MeterReplacement.objects.filter(report=report).select_related("new_meter").first()
