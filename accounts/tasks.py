"""Work at the door that nobody waits for. Safe to run twice."""

from celery import shared_task
from django.utils import timezone

from accounts.audit import watching
from accounts.privacy import deleting, erasing, exporting
from notifications import hints


@shared_task
def make_data_export(*, export_id: int) -> None:
    exporting.make_data_export(export_id=export_id, at=timezone.now(), clock=timezone.now)


@shared_task
def sweep_data_exports() -> None:
    for export_id in exporting.sweep_data_exports(at=timezone.now()):
        hints.send_hint("accounts.tasks.make_data_export", export_id=export_id)


@shared_task
def erase_cabinet(*, deletion_id: int) -> None:
    erasing.erase_cabinet(deletion_id=deletion_id, at=timezone.now(), clock=timezone.now)


@shared_task
def sweep_deletions() -> None:
    """Remind a day before; give the workers what is due."""
    now = timezone.now()
    deleting.remind_of_deletions(at=now)
    for deletion_id in deleting.find_due_deletions(at=now):
        hints.send_hint("accounts.tasks.erase_cabinet", deletion_id=deletion_id)


@shared_task
def watch_codes() -> None:
    watching.watch_codes(at=timezone.now())
