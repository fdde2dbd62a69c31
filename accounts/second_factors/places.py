"""Where a user is known and signed in: trusted devices with their sessions, and sessions on others' devices."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch
from django.urls import reverse

from accounts import devices, known_devices, sessions
from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import SessionRecord, TrustedDevice, User


@dataclass(frozen=True)
class Place:
    """A device as its owner recognises it."""

    name: str
    network_address: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    trusted_until: datetime | None
    is_open: bool
    is_here: bool
    end_url: str


def get_places(user: User, *, current_key: str | None, at: datetime) -> list[Place]:
    """The device at hand first, then the last used."""
    open_records = SessionRecord.objects.visible_to(user).filter(session__expire_date__gt=at)
    trusted = (
        TrustedDevice.objects.visible_to(user).trusted(at).prefetch_related(Prefetch("sessions", queryset=open_records))
    )
    places = [_show_device(device, current_key) for device in trusted]
    places += [_show_session(record, current_key) for record in open_records.filter(trusted_device=None)]
    return sorted(places, key=lambda place: (place.is_here, place.last_seen_at), reverse=True)


def get_device(user: User, device_id: int) -> TrustedDevice:
    """Raises TrustedDevice.DoesNotExist for another's, and for one ended already."""
    return TrustedDevice.objects.visible_to(user).standing().get(pk=device_id)


def get_session(user: User, record_id: int) -> SessionRecord:
    """Raises SessionRecord.DoesNotExist for another's."""
    return SessionRecord.objects.visible_to(user).get(pk=record_id)


@transaction.atomic(durable=True)
def end_device(*, device: TrustedDevice, at: datetime) -> None:
    """Sign out there, and ask for a code next time."""
    if known_devices.end_devices([device], at=at):
        record_event(Kind.DEVICE_ENDED, user=device.user_id, at=at)
    sessions.end_sessions(device.sessions.all())


def _show_device(device: TrustedDevice, current_key: str | None) -> Place:
    records = list(device.sessions.all())
    newest = max(records, key=lambda record: record.last_seen_at, default=None)
    return Place(
        name=device.name,
        network_address=newest.network_address if newest else device.network_address,
        first_seen_at=device.first_seen_at,
        last_seen_at=max(device.last_seen_at, newest.last_seen_at) if newest else device.last_seen_at,
        trusted_until=device.until,
        is_open=bool(records),
        is_here=any(record.session_id == current_key for record in records),
        end_url=reverse("second_factors:device_end", args=[device.pk]),
    )


def _show_session(record: SessionRecord, current_key: str | None) -> Place:
    return Place(
        name=devices.name_device(record.user_agent),
        network_address=record.network_address,
        first_seen_at=record.started_at,
        last_seen_at=record.last_seen_at,
        trusted_until=None,
        is_open=True,
        is_here=record.session_id == current_key,
        end_url=reverse("second_factors:session_end", args=[record.pk]),
    )
