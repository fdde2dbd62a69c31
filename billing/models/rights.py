"""What a link lets its resident see. Rights come from the link row alone, never from an equal number (domain.md 5)."""

from django.db.models import Q

from accounts.hidden_past import shown_since
from accounts.models import User


def through_links(user: User, path: str = "links") -> Q:
    """Rows that a standing link of the user leads to; `path` is the way from them to links.

    A link from before a hidden past leads nowhere (`accounts.hidden_past`).
    """
    return Q(**{f"{path}__user": user, f"{path}__ended_at": None}) & shown_since(user, f"{path}__linked_at")


def through_full_links(user: User, path: str = "links") -> Q:
    """The same for what is about money: a reduced link shows meters and readings alone (security.md T2)."""
    return through_links(user, path) & Q(**{f"{path}__is_reduced": False})
