"""The staff's door wants a phone, a password and a code at once."""

import time

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpResponse
from django.test import override_settings
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.second_factors import spare_codes
from portal.staff_sign_in import REFUSED
from tests import factories
from tests.factories import PASSWORD
from tests.pages import PageClient

LOGIN = "/admin/login/"


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    clock.time = time.time() + steps * device.step
    return f"{clock.token():06d}"


def wrong_code_of(device: TOTPDevice) -> str:
    near = {code_of(device, steps=steps) for steps in range(-3, 4)}
    return next(
        code
        for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
        if code not in near
    )


def sign_in(client: PageClient, phone: str, password: str, code: str) -> HttpResponse:
    typed = {"username": phone, "password": password, "otp_token": code, "next": "/admin/"}
    return client.post(LOGIN, typed)


def is_inside(client: PageClient) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.mark.parametrize("phone", ["+79005550199", "8 (900) 555-01-99", "9005550199", "+7 900 555 01 99 "])
def test_the_phone_is_typed_in_any_form(page: PageClient, device: TOTPDevice, phone: str) -> None:
    answer = sign_in(page, phone, PASSWORD, code_of(device))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
    assert is_inside(page)


def test_the_page_speaks_russian_and_asks_for_three_things(page: PageClient) -> None:
    text = page.get(LOGIN).content.decode()
    for label in ("Телефон", "Пароль", "Код", "Войти"):
        assert label in text
    assert 'autocomplete="one-time-code"' in text


@pytest.mark.parametrize("part", ["phone", "password", "code"])
def test_one_text_whatever_was_wrong(page: PageClient, staff: User, device: TOTPDevice, part: str) -> None:
    answer = sign_in(
        page,
        "+79005550111" if part == "phone" else str(staff.phone),
        "Nikolay7lamp" if part == "password" else PASSWORD,
        wrong_code_of(device) if part == "code" else code_of(device),
    )
    assert REFUSED in answer.content.decode()
    assert not is_inside(page)


def test_without_a_code_the_password_is_not_answered_for(page: PageClient, staff: User, device: TOTPDevice) -> None:
    answers = {
        sign_in(page, str(staff.phone), password, "").context["form"].errors.as_text()
        for password in (PASSWORD, "Nikolay7lamp")
    }
    assert len(answers) == 1
    assert "Впишите код" in answers.pop()
    assert not is_inside(page)


def test_a_code_works_once(page: PageClient, staff: User, device: TOTPDevice) -> None:
    code = code_of(device)
    sign_in(page, str(staff.phone), PASSWORD, code)
    second = PageClient()
    assert REFUSED in sign_in(second, str(staff.phone), PASSWORD, code).content.decode()


def test_a_code_of_a_colleague_does_not_fit(page: PageClient, staff: User, device: TOTPDevice) -> None:
    colleague = factories.UserFactory(is_staff=True)
    other = TOTPDevice.objects.create(user=colleague, confirmed=True)
    assert REFUSED in sign_in(page, str(staff.phone), PASSWORD, code_of(other)).content.decode()


def test_a_spare_code_works_and_blames_no_other_device(page: PageClient, staff: User, device: TOTPDevice) -> None:
    spare = StaticDevice.objects.create(user=staff, name="запасные", confirmed=True)
    spare.token_set.create(token=spare_codes.seal(staff.pk, "k7wq2mzp"))
    assert sign_in(page, str(staff.phone), PASSWORD, "k7wq-2mzp").status_code == 302
    device.refresh_from_db()
    assert device.throttling_failure_count == 0


def test_a_wrong_code_makes_the_next_one_wait(page: PageClient, staff: User, device: TOTPDevice) -> None:
    sign_in(page, str(staff.phone), PASSWORD, wrong_code_of(device))
    assert REFUSED in sign_in(page, str(staff.phone), PASSWORD, code_of(device)).content.decode()


def test_a_resident_stays_outside(page: PageClient, alice: User) -> None:
    device = TOTPDevice.objects.create(user=alice, confirmed=True)
    assert sign_in(page, str(alice.phone), PASSWORD, code_of(device)).status_code == 200
    assert not is_inside(page)


def test_a_password_alone_opens_no_admin_page(staff: User, device: TOTPDevice) -> None:
    client = PageClient()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("admin:support_errorreport_changelist"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")
    assert "войдите ещё раз, с кодом" in client.get(LOGIN).content.decode()


def test_after_five_wrong_passwords_the_door_rests(page: PageClient, staff: User, device: TOTPDevice) -> None:
    phones = ["+79005550199", "8 900 555-01-99", "9005550199", "79005550199", "+7 (900) 555-01-99"]
    assert len(phones) == settings.AXES_FAILURE_LIMIT
    for phone in phones:
        answer = sign_in(page, phone, "Nikolay7lamp", "123456")
    assert (
        answer.status_code == settings.AXES_HTTP_RESPONSE_CODE if hasattr(settings, "AXES_HTTP_RESPONSE_CODE") else 429
    )
    assert "Вход на время закрыт" in answer.content.decode()
    assert sign_in(page, str(staff.phone), PASSWORD, code_of(device)).status_code != 302


@override_settings(TRUSTED_PROXY_COUNT=1)
def test_the_door_counts_by_the_address_our_proxy_saw(staff: User, device: TOTPDevice) -> None:
    behind_proxy = PageClient(REMOTE_ADDR="10.0.0.9")
    for forged in ("", "192.0.2.1, "):
        typed = {"username": str(staff.phone), "password": "нет", "otp_token": "000000"}
        behind_proxy.post(LOGIN, typed, headers={"x-forwarded-for": f"{forged}198.51.100.7"})
    attempt = AccessAttempt.objects.get()
    assert (attempt.ip_address, attempt.failures_since_start) == ("198.51.100.7", 2)
