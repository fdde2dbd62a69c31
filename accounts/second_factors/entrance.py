"""The way in: a right password, then what proves the person, then the cabinet (security.md S14, S17, T10).

Between the two a short session of its own holds who is half in; it opens nothing else.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from accounts import known_devices, sessions, visitors
from accounts.models import PhoneChallenge, TrustedDevice, User
from accounts.operations.refusals import TooManyGuesses, TooManyMessages
from accounts.recovery.opening import recognise_on_the_way_in
from accounts.second_factors import factors, operations
from accounts.second_factors.arrivals import note_arrival

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF_IN_KEY = "half_in"
HALF_IN_LIVES = timedelta(minutes=10)


@dataclass(frozen=True)
class HalfIn:
    """Who has shown one factor in this session, and where he was going."""

    user: User
    own_device: bool
    next_url: str
    challenge: PhoneChallenge | None


def go_on(request: HttpRequest, user: User, *, own_device: bool, next_url: str, at: datetime) -> HttpResponse:
    """After a right password: in, or to the page of the second factor."""
    if factors.is_asked(user, known_devices.read_device(request), at=at):
        return begin(request, user, own_device=own_device, next_url=next_url, at=at)
    return let_in(request, user, proof=TrustedDevice.Proof.PASSWORD, own_device=own_device, next_url=next_url, at=at)


def begin(request: HttpRequest, user: User, *, own_device: bool, next_url: str, at: datetime) -> HttpResponse:
    """Begin a session that only waits for the second factor, and send the code when it is one by SMS."""
    visitor = visitors.visitor_of(request)
    request.session.flush()
    request.session[visitors.DOOR_KEY] = visitor.session
    request.session[HALF_IN_KEY] = {
        "user": user.pk,
        "mark": user.get_session_auth_hash(),
        "until": (at + HALF_IN_LIVES).timestamp(),
        "own_device": own_device,
        "next": next_url,
        "challenge": "",
    }
    request.session.set_expiry(HALF_IN_LIVES)
    if not factors.has_application(user):
        # When no SMS may go now, the page says from when a code may be asked for.
        with suppress(TooManyMessages, TooManyGuesses):
            hold_challenge(request, operations.send_sign_in_code(user=user, visitor=visitor, at=at))
    return redirect("second_factors:sign_in_confirm")


def hold_challenge(request: HttpRequest, challenge: PhoneChallenge) -> None:
    request.session[HALF_IN_KEY] |= {"challenge": str(challenge.public_id)}
    request.session.modified = True


def read(request: HttpRequest, *, at: datetime) -> HalfIn | None:
    """Who is half in; None when nobody is, it took too long, or the password is another one by now."""
    held = request.session.get(HALF_IN_KEY)
    if not held or at.timestamp() >= held["until"]:
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or not constant_time_compare(held["mark"], user.get_session_auth_hash()):
        return None
    challenge = None
    if held["challenge"]:
        challenge = operations.get_challenge(user, UUID(held["challenge"]))
    return HalfIn(user, held["own_device"], held["next"], challenge)


def let_in(
    request: HttpRequest, user: User, *, proof: str, own_device: bool, next_url: str, at: datetime
) -> HttpResponse:
    """Begin the session proper, under a new id, and remember the device."""
    if user.hidden_before is not None:
        recognise_on_the_way_in(user=user, proof=proof, at=at)
    visitor = visitors.visitor_of(request)
    arrival = note_arrival(user=user, visitor=visitor, proof=proof, own_device=own_device, at=at)
    request.session.pop(HALF_IN_KEY, None)
    login(request, user, backend=BACKEND)
    # The cookie of a session on another's device goes when the browser is closed.
    request.session.set_expiry(settings.SESSION_COOKIE_AGE if own_device else 0)
    sessions.remember_session(request, user, at=at, trusted_device=arrival.device, proof=proof)
    response = redirect(next_url)
    if arrival.key:
        known_devices.write_key(response, arrival.key)
    return response
