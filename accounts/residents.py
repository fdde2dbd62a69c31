"""Who a request comes from."""

from django.http import HttpRequest

from accounts.models import User


def resident_of(request: HttpRequest) -> User:
    """The signed-in resident; `LoginRequiredMiddleware` lets nobody else reach the views that ask."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("A view that is open to strangers asked for its resident.")
    return user


def staff_of(request: HttpRequest) -> User:
    """The signed-in member of staff; `admin_view` lets nobody else reach the views that ask."""
    return resident_of(request)
