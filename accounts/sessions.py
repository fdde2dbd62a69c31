"""Sessions end in time, are seen by their owner, and can be ended by him (security.md S14, S16)."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.contrib.auth import logout, update_session_auth_hash
from django.db import IntegrityError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import known_devices, network
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import SessionRecord, TrustedDevice, User
from accounts.session_store import SessionStore

REMEMBERED, PASSWORD_AT = "remembered", "password_at"
TOUCH_EVERY = timedelta(minutes=1)
_MOST_SEEN = 10_000
_seen: dict[str, datetime] = {}


@dataclass(frozen=True)
class Lifetime:
    """How long a session lives untouched, and how long at most."""

    idle: timedelta
    whole: timedelta


RESIDENT = Lifetime(idle=timedelta(minutes=60), whole=timedelta(hours=24))
STAFF = Lifetime(idle=timedelta(minutes=30), whole=timedelta(hours=12))


REMEMBERED_DEVICE = Lifetime(idle=timedelta(days=30), whole=timedelta(days=30))


def remember_session(
    request: HttpRequest, user: User, *, at: datetime, trusted_device: TrustedDevice | None = None, proof: str = ""
) -> None:
    """Write down the session that `login` has just begun; on a trusted device a resident's lives for a month.

    `proof` is what the user proved himself by.
    """
    if trusted_device is not None and not user.is_staff:
        request.session.set_expiry(REMEMBERED_DEVICE.whole)
    request.session[PASSWORD_AT] = at.timestamp()
    _write(request, user, at=at, started_at=at, trusted_device=trusted_device)
    kind = Kind.STAFF_SIGN_IN if user.is_staff else Kind.SIGN_IN
    record_event(kind, user=user, at=at, figures={"proof": proof} if proof else None)


def renew_session(request: HttpRequest, user: User, *, at: datetime) -> None:
    """A new id for the same session, after the password was proven or changed."""
    former = (
        SessionRecord.objects.filter(session_id=request.session.session_key).select_related("trusted_device").first()
    )
    update_session_auth_hash(request, user)
    request.session[PASSWORD_AT] = at.timestamp()
    _write(
        request,
        user,
        at=at,
        started_at=former.started_at if former else at,
        trusted_device=former.trusted_device if former else None,
    )


def end_sessions(records: Iterable[SessionRecord]) -> int:
    """End them at once."""
    store = SessionStore()
    owners = {record.session_id: record.user_id for record in records}
    keys = list(owners)
    for user_id, count in Counter(owners.values()).items():
        record_event(Kind.SESSIONS_ENDED, user=user_id, figures={"sessions": count}, at=timezone.now())
    for key in keys:
        store.delete(key)
        _seen.pop(key, None)
    return len(keys)


def end_other_sessions(user: User, *, kept_key: str | None) -> int:
    """End every session of the user but the one with this key; no device but that session's is trusted any more."""
    kept = SessionRecord.objects.visible_to(user).filter(session_id=kept_key).values("trusted_device")
    others = TrustedDevice.objects.visible_to(user).exclude(pk__in=kept.exclude(trusted_device=None))
    known_devices.end_devices(others, at=timezone.now())
    return end_sessions(SessionRecord.objects.visible_to(user).exclude(session_id=kept_key))


def recognise_owner(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Take the user who came with his session; where anything is unusual Django's `request.user` stays as it is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = cast(SessionStore, request.session).find_user()
        if user is not None:
            request.user = user
        return get_response(request)

    return middleware


def keep_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Note once a minute that a session is used; sign out the one that was ended elsewhere or is too old."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and not _goes_on(request, user, at=timezone.now()):
            record_event(Kind.SESSION_EXPIRED, user=user, at=timezone.now())
            logout(request)
        return get_response(request)

    return middleware


def _goes_on(request: HttpRequest, user: User, *, at: datetime) -> bool:
    key = request.session.session_key or ""
    seen = _seen.get(key)
    if seen is not None and timedelta(0) <= at - seen < TOUCH_EVERY:
        return True
    if REMEMBERED in request.session:
        return _touch(key, user, at=at)
    try:
        _write(request, user, at=at, started_at=at)
    except IntegrityError:
        return False  # the session itself is gone from the database
    return True


def _touch(key: str, user: User, *, at: datetime) -> bool:
    goes_on = (
        _is_within(STAFF, at)
        if user.is_staff
        else _is_within(RESIDENT, at) | Q(_is_within(REMEMBERED_DEVICE, at), trusted_device__isnull=False)
    )
    touched = SessionRecord.objects.filter(goes_on, session_id=key).update(last_seen_at=at)
    if touched:
        _note_seen(key, at)
    return bool(touched)


def _is_within(lifetime: Lifetime, at: datetime) -> Q:
    return Q(last_seen_at__gt=at - lifetime.idle, started_at__gt=at - lifetime.whole)


def _write(
    request: HttpRequest,
    user: User,
    *,
    at: datetime,
    started_at: datetime,
    trusted_device: TrustedDevice | None = None,
) -> None:
    request.session[REMEMBERED] = True
    if request.session.session_key is None:
        request.session.save()
    key = str(request.session.session_key)
    SessionRecord.objects.update_or_create(
        session_id=key,
        defaults={
            "user": user,
            "trusted_device": trusted_device,
            "network_address": network.client_address(request),
            "user_agent": network.user_agent(request),
            "started_at": started_at,
            "last_seen_at": at,
        },
    )
    _note_seen(key, at)


def _note_seen(key: str, at: datetime) -> None:
    if len(_seen) >= _MOST_SEEN:
        _seen.clear()
    _seen[key] = at
