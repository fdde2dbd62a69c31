"""What may be asked of recoveries."""

from datetime import datetime, timedelta

from accounts.models import Recovery, User

HOLD = timedelta(hours=24)
"""After a new password by SMS nobody moves money or contacts for so long: the owner has time to notice (T11)."""


def get_hold(user: User, *, at: datetime) -> datetime | None:
    """Until when contacts and rights stay as they are; None when nothing holds them."""
    newest = Recovery.objects.visible_to(user).filter(began_at__gt=at - HOLD).order_by("-began_at").first()
    return newest.began_at + HOLD if newest else None


def is_asked_to_prove(user: User) -> bool:
    """Whether something is hidden that the resident has not given up. No statement while nothing is hidden."""
    if user.hidden_before is None:
        return False
    return Recovery.objects.visible_to(user).unproven().filter(left_at=None).exists()
