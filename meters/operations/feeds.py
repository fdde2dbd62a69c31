"""The secret address of a resident's calendar: made, and revoked."""

import secrets
from datetime import datetime

from django.db import transaction

from accounts.models import User
from meters.models import CalendarFeed
from meters.models.feeds import hash_token


@transaction.atomic(durable=True)
def create_calendar_feed(*, user: User, at: datetime) -> str:
    """A new address in place of the one before. Returns its secret, which is kept nowhere."""
    User.objects.select_for_update().get(pk=user.pk)
    _revoke(user, at)
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(user=user, token_hash=hash_token(token), created_at=at)
    return token


@transaction.atomic(durable=True)
def revoke_calendar_feed(*, user: User, at: datetime) -> bool:
    """Whether there was an address to revoke."""
    return _revoke(user, at)


def _revoke(user: User, at: datetime) -> bool:
    return CalendarFeed.objects.filter(user=user, revoked_at=None).update(revoked_at=at) > 0
