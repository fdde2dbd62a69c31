"""What a resident does with a link that stands: names it, confirms it, ends it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from billing.models import AccountGroup, Link
from billing.models.links import NEW_FOR, UNDO_WITHIN, LinkQuerySet
from billing.operations.delivery import forget_choices, recall_choices
from notifications import operations as notifications


class LinkTooNew(Exception):
    """Whoever has just come shuts nobody out (security.md A4)."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Лицевой счёт подключён недавно: закрыть доступ другому можно через сутки.")
        self.until = until


class UndoExpired(Exception):
    def __init__(self) -> None:
        super().__init__("Вернуть лицевой счёт одной кнопкой уже нельзя. Добавьте его ещё раз: показания на месте.")


@transaction.atomic(durable=True)
def edit_link(*, user: User, link_id: int, alias: str, group_id: int) -> Link:
    """Raises: Link.DoesNotExist, AccountGroup.DoesNotExist for a stranger's."""
    link = _take(user, link_id)
    link.alias = alias
    link.group = AccountGroup.objects.visible_to(user).get(pk=group_id)
    link.save(update_fields=["alias", "group"])
    return link


@transaction.atomic(durable=True)
def confirm_address(*, user: User, link_id: int, at: datetime) -> Link:
    """«Это ваш адрес?» — «Да». Raises: Link.DoesNotExist."""
    return _mark(Link.objects.full(), user, link_id, "address_confirmed_at", at)


@transaction.atomic(durable=True)
def mark_history_checked(*, user: User, link_id: int, at: datetime) -> Link:
    """The readings equal those on the last bill, says the resident (domain.md 1.3). Raises: Link.DoesNotExist."""
    return _mark(Link.objects.full(), user, link_id, "history_checked_at", at)


@transaction.atomic(durable=True)
def mark_meter_checked(*, user: User, link_id: int, at: datetime) -> Link:
    """The meter's card is right, says the resident (domain.md 1.3). Raises: Link.DoesNotExist."""
    return _mark(Link.objects.all(), user, link_id, "meter_checked_at", at)


@transaction.atomic(durable=True)
def end_link(*, user: User, link_id: int, at: datetime) -> Link:
    """Take the personal account out of the resident's cabinet. What was submitted stays. Raises: Link.DoesNotExist."""
    link = _take(user, link_id)
    link.ended_at = at
    link.ended_by = user
    link.save(update_fields=["ended_at", "ended_by"])
    forget_choices(link, at=at)
    record_event(Kind.LINK_ENDED, user=user, figures={"account": link.account_id}, at=at)
    return link


@transaction.atomic(durable=True)
def restore_link(*, user: User, link_id: int, at: datetime) -> Link:
    """Take back one's own unlinking while it is fresh.

    Raises: Link.DoesNotExist for a stranger's link or one that another person ended; UndoExpired.
    """
    link = Link.objects.select_for_update(of=("self",)).select_related("account").get(pk=link_id, user=user)
    if link.ended_at is None:
        return link
    if link.ended_by_id != user.pk or user.hides(link.ended_at):
        raise Link.DoesNotExist
    if at - link.ended_at > UNDO_WITHIN:
        raise UndoExpired
    ended_at, link.ended_at, link.ended_by = link.ended_at, None, None
    try:
        with transaction.atomic():
            link.save(update_fields=["ended_at", "ended_by"])
    except IntegrityError:
        return Link.objects.visible_to(user).select_related("account").get(account=link.account)
    recall_choices(link, forgotten_at=ended_at)
    record_event(Kind.LINK, user=user, figures={"account": link.account_id, "proof": "undo"}, at=at)
    return link


@transaction.atomic(durable=True)
def end_later_link(*, user: User, link_id: int, later_link_id: int, at: datetime) -> Link:
    """An earlier holder ends the link of one who came later (domain.md 5), and that one hears of it.

    Raises: LinkTooNew; Link.DoesNotExist, when either link is not standing, of another account, or not the later one.
    """
    own = _take(user, link_id, Link.objects.full())
    if at < own.linked_at + NEW_FOR:
        raise LinkTooNew(own.linked_at + NEW_FOR)
    later = (
        Link.objects.select_for_update(of=("self",))
        .select_related("user")
        .get(pk=later_link_id, account=own.account, ended_at=None, linked_at__gt=own.linked_at)
    )
    later.ended_at = at
    later.ended_by = user
    later.save(update_fields=["ended_at", "ended_by"])
    forget_choices(later, at=at)
    figures = {"account": own.account_id, "by": user.pk}
    record_event(Kind.HOLDER_ENDED, user=later.user_id, figures=figures, at=at)
    notifications.notify(
        user=later.user,
        event="billing/link_ended",
        context={"number": own.account.number},
        url=reverse("billing:account_list"),
        since=later.linked_at,
        at=at,
    )
    return later


def _take(user: User, link_id: int, among: LinkQuerySet | None = None) -> Link:
    links = (
        (Link.objects.all() if among is None else among)
        .visible_to(user)
        .select_related("account")
        .select_for_update(of=("self",))
    )
    return links.get(pk=link_id)


def _mark(among: LinkQuerySet, user: User, link_id: int, field: str, at: datetime) -> Link:
    """The first time stands."""
    link = _take(user, link_id, among)
    if getattr(link, field) is None:
        setattr(link, field, at)
        link.save(update_fields=[field])
    return link
