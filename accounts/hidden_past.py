"""What a cabinet held before its password was set anew by SMS stays hidden until its owner is recognised (T11).

A phone number may have gone to another person by then. `User.hidden_before` is the one fact; all `visible_to` ask it.
"""

from typing import TYPE_CHECKING

from django.db.models import F, Q

if TYPE_CHECKING:
    from accounts.models import User


def shown_since(user: "User", field: str) -> Q:
    """Rows the user may see: all of them, or those whose moment `field` is not before the hidden past's end."""
    return Q() if user.hidden_before is None else Q(**{f"{field}__gte": user.hidden_before})


def shown_to_its_user(field: str) -> Q:
    """The same for rows of many users, which have a `user` of their own."""
    return Q(user__hidden_before=None) | Q(**{f"{field}__gte": F("user__hidden_before")})
