"""What billing keeps when a cabinet is deleted (`accounts.privacy.holds`). Links, groups and delivery go."""

from datetime import datetime

from accounts.models import User
from accounts.privacy.holds import Hold
from billing.models import BillDelivery
from notifications import operations as notifications

HOLDS = (
    Hold(
        "billing.LinkGuess",
        "счёт попыток у лицевого счёта: отпечатки без личных данных, тридцать дней (security.md A3)",
    ),
)


def forget_bill_letters(user: User, at: datetime) -> None:
    """Letters to the addresses to which bills were asked for."""
    emails = set(BillDelivery.objects.filter(user=user).values_list("email", flat=True)) - {""}
    notifications.forget_messages(recipients=emails)
