"""Who asks. A resident's own pages are behind the sign-in, so there the user is never anonymous."""

from django.http import HttpRequest

from accounts.models import User


def resident_of(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("this page is open only to those who have signed in")
    return user
