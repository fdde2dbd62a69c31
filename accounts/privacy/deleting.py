"""A resident deletes the cabinet and has seven days to change his mind (security.md P3)."""

from datetime import datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import CabinetDeletion, Recovery, User
from accounts.operations import AccountsError
from notifications import operations as notifications

UNDO_FOR = timedelta(days=7)
REMIND_BEFORE = timedelta(days=1)
LEASE = timedelta(seconds=60)
REQUESTS = limits.Limit("deletions-user-day", 3, limits.DAY, "each asks for an SMS; nobody changes his mind more often")


class StaffCannotDelete(AccountsError):
    def __init__(self) -> None:
        super().__init__("Вы работаете на портале: сначала администратор снимет с вас роль сотрудника.")


class TooManyDeletions(AccountsError):
    def __init__(self) -> None:
        super().__init__("Сегодня вы уже несколько раз просили удалить кабинет и передумывали. Вернитесь завтра.")


class DeletionBegan(AccountsError):
    def __init__(self) -> None:
        super().__init__("Кабинет уже удаляется, остановить это нельзя.")


@transaction.atomic(durable=True)
def request_deletion(*, user: User, at: datetime) -> CabinetDeletion:
    """Promise to delete the cabinet in a week; asked again it is the same promise. Until then everything works.

    Raises StaffCannotDelete, TooManyDeletions.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if works_here(user):
        raise StaffCannotDelete
    if former := CabinetDeletion.objects.visible_to(user).pending().first():
        return former
    if not limits.consume(REQUESTS, str(user.pk), at=at):
        raise TooManyDeletions
    deletion = CabinetDeletion.objects.create(user=user, requested_at=at, due_at=at + UNDO_FOR)
    user.deletion_due_at = deletion.due_at
    user.save(update_fields=["deletion_due_at"])
    record_event(Kind.DELETION_ASKED, user=user, at=at)
    _tell(user, deletion, "deletion_requested", at=at)
    return deletion


@transaction.atomic(durable=True)
def withdraw_deletion(*, user: User, at: datetime) -> bool:
    """The cabinet stays; False when nothing was asked for. Raises DeletionBegan."""
    user = User.objects.select_for_update().get(pk=user.pk)
    deletions = CabinetDeletion.objects.visible_to(user).filter(withdrawn_at=None, erased_at=None)
    deletion = deletions.select_for_update().first()
    if deletion is None:
        return False
    if deletion.claimed_at:
        raise DeletionBegan
    deletion.withdrawn_at = at
    deletion.save(update_fields=["withdrawn_at"])
    user.deletion_due_at = None
    user.save(update_fields=["deletion_due_at"])
    record_event(Kind.DELETION_WITHDRAWN, user=user, at=at)
    _tell(user, deletion, "deletion_withdrawn", at=at)
    return True


@transaction.atomic(durable=True)
def remind_of_deletions(*, at: datetime, limit: int = 100) -> int:
    """The last word before the cabinet goes: afterwards there is nobody left to write to."""
    soon = CabinetDeletion.objects.pending().filter(reminded_at=None, due_at__lte=at + REMIND_BEFORE)
    deletions = list(soon.select_related("user").select_for_update(of=("self",), skip_locked=True)[:limit])
    for deletion in deletions:
        deletion.reminded_at = at
        deletion.save(update_fields=["reminded_at"])
        _tell(deletion.user, deletion, "deletion_soon", at=at)
    return len(deletions)


def find_due_deletions(*, at: datetime) -> list[int]:
    """Ids of those whose week is over and that nobody is at work on."""
    due = CabinetDeletion.objects.filter(is_due(at)).order_by("due_at")
    return list(due.values_list("pk", flat=True)[:100])


def is_due(at: datetime) -> Q:
    """What may be claimed now: not begun, or begun by a worker that has been silent for a minute."""
    unclaimed = Q(claimed_at=None) | Q(claimed_at__lte=at - LEASE)
    return Q(withdrawn_at=None, erased_at=None, due_at__lte=at) & unclaimed


def works_here(user: User) -> bool:
    """One of the staff, or somebody who was: acts at work are kept under his name."""
    return user.is_staff or user.groups.exists() or LogEntry.objects.filter(user=user).exists()


def _tell(user: User, deletion: CabinetDeletion, event: str, *, at: datetime) -> None:
    """At the bell, by SMS and by letter: whoever found an open cabinet cannot do it unseen."""
    name, url = f"accounts/{event}", reverse("privacy:deletion")
    due = timezone.localtime(deletion.due_at)
    context = {"due": due}
    notifications.notify(user=user, event=name, context=context, url=url, at=at)
    key = f"deletion/{deletion.pk}/{event}"
    notifications.queue_sms(to=str(user.phone), event=name, context=context, key=f"{key}/sms", at=at)
    for email in _find_emails(user):
        letter = f"{key}/{limits.hash_subject(email)[:12]}"
        notifications.queue_email(to=email, event=name, context=context, key=letter, at=at)


def _find_emails(user: User) -> set[str]:
    """Where the owner reads: also the address of before, when a new password came by SMS and nobody was recognised."""
    former = Recovery.objects.filter(user=user).unproven().values_list("former_email", flat=True)
    return {user.email, *former} - {""}
