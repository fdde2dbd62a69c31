"""A resident's own groups of personal accounts."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from billing.models import AccountGroup, Link
from billing.models.links import DEFAULT_GROUP


class GroupNameTaken(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(f"Группа «{name}» у вас уже есть. Придумайте другое название.")


class LastGroup(Exception):
    def __init__(self) -> None:
        super().__init__("Это единственная группа, её можно только переименовать.")


def take_group(*, user: User, group_id: int | None, at: datetime) -> AccountGroup:
    """The group of that id, else the oldest, else «Моя группа», made now. Within the caller's transaction."""
    own = AccountGroup.objects.visible_to(user).order_by("pk")
    group = (own.filter(pk=group_id).first() if group_id else None) or own.first()
    if group is None:
        group, _ = AccountGroup.objects.get_or_create(user=user, name=DEFAULT_GROUP, defaults={"created_at": at})
    return group


@transaction.atomic(durable=True)
def create_account_group(*, user: User, name: str, at: datetime) -> AccountGroup:
    """Raises: GroupNameTaken."""
    group, made = AccountGroup.objects.get_or_create(user=user, name=name, defaults={"created_at": at})
    if user.hides(group.created_at):
        group.created_at = at
        group.save(update_fields=["created_at"])
    elif not made:
        raise GroupNameTaken(name)
    return group


@transaction.atomic(durable=True)
def rename_account_group(*, user: User, group_id: int, name: str) -> AccountGroup:
    """Raises: GroupNameTaken; AccountGroup.DoesNotExist for a stranger's group."""
    group = AccountGroup.objects.visible_to(user).select_for_update().get(pk=group_id)
    group.name = name
    try:
        with transaction.atomic():
            group.save(update_fields=["name"])
    except IntegrityError as error:
        raise GroupNameTaken(name) from error
    return group


@transaction.atomic(durable=True)
def delete_account_group(*, user: User, group_id: int) -> AccountGroup | None:
    """Delete a group; its personal accounts move to the resident's oldest other group, which is returned.

    Raises: LastGroup, when there is nowhere to move them; AccountGroup.DoesNotExist for a stranger's group.
    """
    groups = list(AccountGroup.objects.visible_to(user).select_for_update().order_by("pk"))
    group = next((row for row in groups if row.pk == group_id), None)
    if group is None:
        raise AccountGroup.DoesNotExist
    refuge = next((row for row in groups if row.pk != group_id), None)
    if refuge is None and Link.objects.filter(group=group).exists():
        raise LastGroup
    Link.objects.filter(group=group).update(group=refuge)
    group.delete()
    return refuge
