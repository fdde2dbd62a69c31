"""What residents are told of who looked."""

from accounts.models import User


def get_role(staff: User) -> str:
    """The role as residents are told it; one with several is told the first."""
    if staff.is_superuser:
        return "Администратор"
    return staff.groups.order_by("pk").values_list("name", flat=True).first() or "Сотрудник"
