"""Reports as residents make them, and staff with the second factor."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from billing.models import Link
from support.models import ErrorReport
from tests.pages import PageClient

Send = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _empty_storage() -> Iterator[None]:
    yield
    for folder in ("reports",):
        if default_storage.exists(folder):
            default_storage.delete(folder)


@pytest.fixture
def device(staff: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=staff, name="телефон", confirmed=True)


@pytest.fixture
def as_staff(staff: User, device: TOTPDevice) -> PageClient:
    return verified(staff, device)


def verified(user: User, device: TOTPDevice) -> PageClient:
    client = PageClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.save()
    return client


def upload(name: str, content: bytes, content_type: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


@pytest.fixture
def send(as_alice: PageClient, alices_flat: Link) -> Send:
    """Send the form as Алиса; what is named here replaces what she would type."""

    def post(**changes: Any) -> HttpResponse:
        typed = {
            "key": str(uuid4()),
            "account": alices_flat.pk,
            "meter": "",
            "reason": ErrorReport.Reason.WRONG_READINGS,
            "text": "В портале 12 612, а на счётчике 12 896.",
        }
        return as_alice.post(reverse("support:report_create"), {**typed, **changes}, follow=True)

    return post


@pytest.fixture
def report(send: Send) -> ErrorReport:
    send()
    return ErrorReport.objects.get()
