"""Texts residents agree to: written as a draft, published once, never edited (security.md P1)."""

from datetime import datetime

from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import ConsentDocument, ConsentDraft, User
from accounts.operations import AccountsError


class NothingChanged(AccountsError):
    def __init__(self) -> None:
        super().__init__("Этот текст слово в слово такой же, как действующий: публиковать нечего.")


class ComesTooEarly(AccountsError):
    def __init__(self) -> None:
        super().__init__("Новая версия не может действовать раньше сегодняшнего дня и раньше прежней версии.")


class ChangesMissing(AccountsError):
    def __init__(self) -> None:
        super().__init__("Напишите, что изменилось: это прочтут жители, которых спросим заново.")


@transaction.atomic(durable=True)
def write_draft(*, kind: str, text: str, changes: str, asks_again: bool, at: datetime) -> ConsentDraft:
    """Keep the one draft of a kind."""
    written = {"text": text, "changes": changes, "asks_again": asks_again, "edited_at": at}
    return ConsentDraft.objects.update_or_create(kind=kind, defaults=written)[0]


@transaction.atomic(durable=True)
def discard_draft(*, kind: str) -> bool:
    return ConsentDraft.objects.filter(kind=kind).delete()[0] > 0


@transaction.atomic(durable=True)
def publish_draft(*, kind: str, valid_from: datetime, staff: User, at: datetime) -> ConsentDocument:
    """Make the draft the next version, in force from a moment, and record who did it.

    Raises NothingChanged, ComesTooEarly, ChangesMissing, ConsentDraft.DoesNotExist.
    """
    draft = ConsentDraft.objects.select_for_update().get(kind=kind)
    newest = ConsentDocument.objects.filter(kind=kind).order_by("-version").first()
    if newest is not None and newest.text == draft.text:
        raise NothingChanged
    if valid_from < at or (newest is not None and valid_from <= newest.published_at):
        raise ComesTooEarly
    if draft.asks_again and not draft.changes:
        raise ChangesMissing
    document = ConsentDocument.objects.create(
        kind=kind,
        version=(newest.version if newest else 0) + 1,
        text=draft.text,
        changes=draft.changes,
        asks_again=draft.asks_again,
        published_at=valid_from,
        published_by=staff,
    )
    draft.delete()
    figures: dict[str, int | bool | str] = {"what": "publish", "text": kind, "document": document.pk}
    record_event(Kind.STAFF_DECISION, staff=staff, figures=figures, at=at)
    return document
