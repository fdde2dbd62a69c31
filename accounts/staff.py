"""Who of the staff there is, and in which role (security.md S16)."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from notifications import operations as notifications


@transaction.atomic(durable=True)
def add_staff_member(*, phone: str, name: str, role: str, at: datetime) -> User:
    """Make the owner of a phone (E.164) one of the staff, in this role alone. Raises Group.DoesNotExist.

    A new person has no password; one who is a resident already keeps the one there is.
    """
    group = Group.objects.get(name=role)
    user = User.objects.select_for_update().filter(phone=phone).first() or User.objects.create_user(phone)
    user.name, user.is_staff = name, True
    user.save(update_fields=["name", "is_staff"])
    user.groups.set([group])
    notifications.notify(user=user, event="accounts/staff_role", context={"role": role}, at=at)
    record_event(Kind.STAFF_ROLE, user=user, figures={"role": role}, at=at)
    return user
