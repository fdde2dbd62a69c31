"""How a resident comes in, in tests: the password, and on a new device the code that was sent."""

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts import challenges, known_devices
from accounts.models import PhoneChallenge, TrustedDevice, User
from tests.factories import PASSWORD

CONFIRM = "/sign-in/confirm/"


def come_in(client: Client, phone: str, password: str = PASSWORD, **typed: str) -> HttpResponse:
    """Through the forms; the answer is the redirect into the cabinet, or what stood in the way."""
    answer = client.post("/sign-in/", {"phone": phone, "password": password, **typed})
    if answer.headers.get("Location") != CONFIRM:
        return answer
    return client.post(CONFIRM, {"code": read_sign_in_code(phone)})


def read_sign_in_code(phone: str) -> str:
    """The newest code for coming in that was sent to a phone."""
    sent = PhoneChallenge.objects.filter(purpose=PhoneChallenge.Purpose.SIGN_IN, phone__endswith=phone[-10:])
    return challenges.derive_code(sent.latest("pk"))


def trust_browser(client: Client, user: User) -> TrustedDevice:
    """As if the user had come in from this browser before and proved himself."""
    device, key = known_devices.trust_device(
        None, user, proof=TrustedDevice.Proof.SMS, address="192.0.2.7", user_agent="", at=timezone.now()
    )
    client.cookies[known_devices.COOKIE] = key
    return device
