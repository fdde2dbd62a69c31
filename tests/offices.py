"""The staff's browser, past the second factor."""

from django.http import HttpResponse
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from tests.pages import PageClient


def open_office(user: User) -> PageClient:
    client = PageClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    device, _ = TOTPDevice.objects.get_or_create(user=user, name="телефон", confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def say_why(office: Client, address: str, why: str = "call") -> HttpResponse:
    """Open a resident's page as the staff do who were not led there by their work: the reason, then the page."""
    office.post(address, {"why-template": why})
    return office.get(address)
