"""What the tests of the exchange share."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from billing.models import Link
from meters import operations as meters
from meters.models import Meter, Submission
from tests.factories import NOW


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def as_staff(staff: User) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.create(user=staff, name="t", confirmed=True).persistent_id
    session.save()
    return client


@pytest.fixture
def accepted(alices_flat: Link) -> Submission:
    """What Алиса sent for November, accepted by the rules."""
    return send(alices_flat, "12896", "3588")


def send(link: Link, day: str, night: str) -> Submission:
    meter = Meter.objects.get(installations__account=link.account)
    typed = {meter.pk: {"1": day, "2": night}}
    (sent,) = meters.submit_readings(user=link.user, key=uuid4(), typed=typed, taken_on=NOW.date(), at=NOW)
    meters.check_waiting_submissions(at=NOW)
    sent.refresh_from_db()
    return sent
