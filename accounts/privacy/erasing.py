"""Deletes what the portal knows of a person and writes the act of it (security.md P3; 152-ФЗ, ст. 21)."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from graphlib import TopologicalSorter

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.module_loading import import_string

from accounts import limits, phones, sessions
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import (
    CabinetDeletion,
    EmailChange,
    PhoneChallenge,
    PhoneChange,
    PhoneRelease,
    Recovery,
    SessionRecord,
    User,
)
from accounts.privacy import acts, personal_data
from accounts.privacy.deleting import is_due
from accounts.privacy.holds import get_holds
from notifications import operations as notifications


def erase_cabinet(*, deletion_id: int, at: datetime, clock: Callable[[], datetime]) -> bool:
    """Do what was asked for a week ago; True when this call has finished it.

    Claimed by a conditional update; a worker killed in between leaves a claim that runs out after a minute, and the
    next one begins again. The person is signed out first, files go before their rows, rows go in one transaction.
    """
    deletion = _claim(deletion_id, at)
    if deletion is None:
        return False
    user = deletion.user
    sessions.end_sessions(SessionRecord.objects.filter(user=user))
    for path in _find_files(user):
        default_storage.delete(path)
    return _erase_rows(deletion_id, claimed_at=at, at=clock())


@transaction.atomic(durable=True)
def _claim(deletion_id: int, at: datetime) -> CabinetDeletion | None:
    if not CabinetDeletion.objects.filter(is_due(at), pk=deletion_id).update(claimed_at=at):
        return None
    deletion = CabinetDeletion.objects.select_related("user").get(pk=deletion_id)
    User.objects.filter(pk=deletion.user_id).update(is_active=False)
    return deletion


@transaction.atomic(durable=True)
def _erase_rows(deletion_id: int, *, claimed_at: datetime, at: datetime) -> bool:
    deletions = CabinetDeletion.objects.select_for_update(of=("self",)).select_related("user")
    deletion = deletions.filter(pk=deletion_id, claimed_at=claimed_at, erased_at=None).first()
    if deletion is None:
        return False
    user = User.objects.select_for_update().get(pk=deletion.user_id)
    deletion.erased_at = at
    deletion.phone_hash = limits.hash_subject(str(user.phone))
    extract, emails, used_phones = acts.write_extract(deletion), _find_emails(user), _find_phones(user)
    for path in settings.DELETION_STEPS:
        import_string(path)(user, at)
    held = _blank_held(user)
    erased = _delete_rest(user) + _forget_contacts(used_phones, emails)
    deletion.act = acts.write_act(erased=erased, held=held, extract=extract)
    deletion.save(update_fields=["erased_at", "phone_hash", "act"])
    _leave_pseudonym(user, at)
    record_event(Kind.CABINET_ERASED, user=user, at=at)
    return True


def _blank_held(user: User) -> Counter[str]:
    counts: Counter[str] = Counter()
    blanks = {hold.model: hold.blanks for hold in get_holds()}
    for model, path in personal_data.find_ways():
        if model in blanks:
            rows = _rows(model, path, user)
            counts[model._meta.label] += rows.update(**blanks[model]) if blanks[model] else rows.count()
    return counts


def _delete_rest(user: User) -> Counter[str]:
    """Rows that nothing holds, those that point at others first; with their own rows."""
    counts: Counter[str] = Counter()
    for model, path in _find_unheld():
        counts.update(_rows(model, path, user).delete()[1])
    return counts


def _find_unheld() -> list[personal_data.Way]:
    held = {hold.model for hold in get_holds()}
    ways = [(model, path) for model, path in personal_data.find_ways() if model not in held]
    models_of_ways = {model for model, _ in ways}
    order = TopologicalSorter({model: _find_pointing(model, models_of_ways) for model in models_of_ways})
    place = {model: index for index, model in enumerate(order.static_order())}
    return sorted(ways, key=lambda way: place[way[0]])


def _find_pointing(model: type[models.Model], among: Iterable[type[models.Model]]) -> set[type[models.Model]]:
    return {
        other
        for other in among
        if other is not model
        and any(field.related_model is model and not field.null for field in other._meta.concrete_fields)
    }


def _find_files(user: User) -> list[str]:
    """Paths in the storage of every file that goes with its row."""
    return [
        str(name)
        for model, path in _find_unheld()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
        for name in _rows(model, path, user).values_list(field.name, flat=True)
        if name
    ]


def _forget_contacts(used_phones: set[str], emails: set[str]) -> Counter[str]:
    """Tables that name a phone or an address instead of pointing at the user."""
    counts: Counter[str] = Counter()
    counts.update(PhoneChallenge.objects.filter(phone__in=used_phones).delete()[1])
    for phone in used_phones:
        digits = r"\D*".join(phone[-10:])
        for guesses in (AccessAttempt, AccessFailureLog, AccessLog):
            counts.update(guesses.objects.filter(username__regex=rf"{digits}\s*$").delete()[1])
        PhoneRelease.objects.filter(phone=phone).update(phone=phones.mask_phone(phone))
    counts["notifications.OutgoingMessage"] += notifications.forget_messages(recipients=used_phones | emails)
    return counts


def _find_emails(user: User) -> set[str]:
    """The present address and all that were typed before it, hidden past or not."""
    typed = EmailChange.objects.filter(user=user).values_list("email", flat=True)
    former = Recovery.objects.filter(user=user).values_list("former_email", flat=True)
    return {user.email, *typed, *former} - {""}


def _find_phones(user: User) -> set[str]:
    """The present number and the former ones, but for those that are somebody else's by now."""
    former = PhoneChange.objects.filter(user=user).values_list("former_phone", flat=True)
    used = {str(user.phone), *former}
    return used - {
        str(phone) for phone in User.objects.filter(phone__in=used).exclude(pk=user.pk).values_list("phone", flat=True)
    }


def _leave_pseudonym(user: User, at: datetime) -> None:
    """The row stays for what is held to point at; the phone is free for a new registration."""
    user.phone = f"erased-{user.pk}"
    user.email = user.name = ""
    user.is_active = False
    user.last_login = None
    user.deletion_due_at = user.hidden_before = None
    user.erased_at = at
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


def _rows(model: type[models.Model], path: str, user: User) -> "models.QuerySet[models.Model]":
    return model._default_manager.filter(**{path: user})
