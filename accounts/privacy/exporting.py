"""Makes copies of personal data (security.md P2): a row is promised, a worker fills it, a week later it is deleted."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from accounts import limits
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import DataExport, User
from accounts.operations import AccountsError
from accounts.privacy import archive, personal_data, readable
from notifications import hints
from notifications import operations as notifications

KEPT_FOR = timedelta(days=7)
LEASE = timedelta(seconds=60)
GIVEN_UP_AFTER = timedelta(hours=1)
"""A copy at which workers fell again and again so long never comes; its owner may ask anew (security.md R16)."""
EXPORTS = limits.Limit("data-exports-user-day", 3, limits.DAY, "a copy is some work, and nobody needs many a day")


log = structlog.get_logger()


class PastIsHidden(AccountsError):
    """A copy would tell what is hidden until the resident is recognised (security.md T11)."""


class TooManyExports(AccountsError):
    def __init__(self) -> None:
        super().__init__("Сегодня копию уже готовили несколько раз. Попробуйте завтра.")


@transaction.atomic(durable=True)
def request_data_export(*, user: User, at: datetime) -> DataExport:
    """Promise a copy; while one is being made it is that one. Raises TooManyExports, PastIsHidden."""
    if User.objects.select_for_update().get(pk=user.pk).hidden_before is not None:
        raise PastIsHidden
    unfinished = DataExport.objects.visible_to(user).unfinished().first()
    if unfinished is not None:
        return unfinished
    if not limits.consume(EXPORTS, str(user.pk), at=at):
        raise TooManyExports
    export = DataExport.objects.create(user=user, requested_at=at, parts_total=len(personal_data.get_parts()) + 1)
    record_event(Kind.DATA_EXPORT_ASKED, user=user, figures={"export": export.pk}, at=at)
    hints.send_hint_on_commit("accounts.tasks.make_data_export", export_id=export.pk)
    return export


def make_data_export(*, export_id: int, at: datetime, clock: Callable[[], datetime]) -> bool:
    """Fill a promised copy, part by part; True when this call has finished it.

    Claimed by a conditional update. A worker killed in between leaves a claim that runs out after a minute.
    """
    if not DataExport.objects.filter(_is_due(at), pk=export_id).update(
        status=DataExport.Status.WORKING, claimed_at=at, parts_done=0
    ):
        return False
    export = DataExport.objects.select_related("user").defer("content").get(pk=export_id)
    mine = DataExport.objects.filter(pk=export.pk, status=DataExport.Status.WORKING, claimed_at=at)
    told: dict[str, object] = {"made_at": at.isoformat(), "user": personal_data.get_profile(export.user)}
    sections: list[readable.Section] = []
    for done, part in enumerate(personal_data.get_parts(), start=1):
        rows = part.load(export.user)
        told[part.model._meta.label_lower] = {"title": part.title, "rows": part.tell(rows)}
        if section := readable.describe_part(part, rows):
            sections.append(section)
        if not mine.update(parts_done=done):
            return False
    files, told["files_left_out"] = archive.read_files(export.user)
    pdf = readable.print_copy(export.user, sections, at=at)
    return _finish(export, archive.pack(told=told, pdf=pdf, files=files), claimed_at=at, at=clock())


def sweep_data_exports(*, at: datetime) -> list[int]:
    """Delete copies whose week is over, give up what never comes; ids of those that wait although they are due."""
    DataExport.objects.filter(expires_at__lte=at).delete()
    _give_up(at)
    return list(DataExport.objects.filter(_is_due(at)).order_by("pk").values_list("pk", flat=True)[:100])


@transaction.atomic(durable=True)
def _give_up(at: datetime) -> None:
    begun = DataExport.objects.filter(status=DataExport.Status.WORKING, claimed_at__lte=at - LEASE)
    late = begun.filter(requested_at__lte=at - GIVEN_UP_AFTER).select_related("user").defer("content")
    for export in late.select_for_update(of=("self",), skip_locked=True):
        log.error("data_export_given_up", export_id=export.pk)
        url = reverse("privacy:export_overview")
        notifications.notify(user=export.user, event="accounts/data_export_failed", context={}, url=url, at=at)
        export.delete()


@transaction.atomic(durable=True)
def _finish(export: DataExport, content: bytes, *, claimed_at: datetime, at: datetime) -> bool:
    finished = DataExport.objects.filter(pk=export.pk, status=DataExport.Status.WORKING, claimed_at=claimed_at).update(
        status=DataExport.Status.READY,
        content=content,
        parts_done=F("parts_total"),
        ready_at=at,
        expires_at=at + KEPT_FOR,
    )
    if finished:
        url = reverse("privacy:export_overview")
        context = {"until": at + KEPT_FOR}
        notifications.notify(user=export.user, event="accounts/data_export_ready", context=context, url=url, at=at)
    return bool(finished)


def _is_due(at: datetime) -> Q:
    return Q(status=DataExport.Status.WAITING) | Q(status=DataExport.Status.WORKING, claimed_at__lte=at - LEASE)
