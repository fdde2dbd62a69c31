"""Whom one of the staff serves (security.md S16). Scopes are of suppliers, so a floor above answers."""

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from accounts.models import User


def is_served_by(staff: User, path: str = "pk") -> Q:
    """Asked of `settings.RESIDENTS_SERVED_BY`; `path` names a user's id in the rows."""
    served: Q = import_string(settings.RESIDENTS_SERVED_BY)(staff, path)
    return served
