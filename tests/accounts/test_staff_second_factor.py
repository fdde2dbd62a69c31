"""A newcomer among the staff gets a second factor first, and then only the rooms of the role (security.md S16)."""

import re
import time
from base64 import b32decode
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import SessionRecord, User
from portal.staff_sign_in import REFUSED
from tests import factories
from tests.arrivals import come_in
from tests.factories import PASSWORD
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

OPEN_TO_STAFF = [
    "phonerelease",
    "factorremoval",
    "securityevent",
    "consentdocument",
    "cabinetdeletion",
    "recovery",
    "phonechange",
]
LOGIN, ENROL = "/admin/login/", "/admin/second-factor/"


@pytest.fixture
def newcomer() -> User:
    return factories.UserFactory(phone="+79005550188", name="Пётр, оператор", is_staff=True)


def enter(client: PageClient, user: User, *, password: str = PASSWORD, code: str = "") -> HttpResponse:
    return client.post(LOGIN, {"username": str(user.phone), "password": password, "otp_token": code, "next": "/admin/"})


def read_code(page: HttpResponse) -> str:
    """What the app would show, from the key as it stands on the page."""
    spelled = re.search(r'id="enrolment-key">([A-Z2-7 ]+)<', page.content.decode())
    assert spelled
    letters = spelled[1].replace(" ", "")
    return f"{totp(b32decode(letters + '=' * (-len(letters) % 8))):06d}"


def enrol(client: PageClient, user: User) -> list[str]:
    assert enter(client, user).url == ENROL
    answer = client.post(ENROL, {"code": read_code(client.get(ENROL))})
    assert answer.status_code == 200
    return re.findall(r"<code>([a-z2-7]{4}-[a-z2-7]{4})</code>", answer.content.decode())


def rooms(user: User, role: str) -> PageClient:
    user.groups.set([Group.objects.get(name=role)])
    client = PageClient()
    enrol(client, user)
    return client


class TestEnrolment:
    def test_a_password_alone_leads_to_the_picture_and_no_further(self, page: PageClient, newcomer: User) -> None:
        assert enter(page, newcomer).url == ENROL
        text = page.get(ENROL).content.decode()
        assert 'src="data:image/svg+xml' in text
        assert "script" not in re.search(r'src="(data:image[^"]+)"', text)[1]  # type: ignore[index]
        for room in ("/admin/", "/admin/support/errorreport/"):
            assert page.get(room).status_code == 302

    def test_the_first_code_opens_the_door_and_shows_ten_spare_codes_once(
        self, page: PageClient, newcomer: User
    ) -> None:
        codes = enrol(page, newcomer)
        assert len(set(codes)) == 10
        assert page.get("/admin/").status_code == 200
        assert page.get(ENROL).url == "/admin/"
        assert StaticToken.objects.filter(device__user=newcomer).count() == 10
        again = PageClient()
        assert enter(again, newcomer, code=codes[3]).url == "/admin/"
        assert enter(PageClient(), newcomer, code=codes[3]).status_code == 200

    def test_spare_codes_are_renewed_and_the_former_ones_fit_no_more(self, page: PageClient, newcomer: User) -> None:
        former = enrol(page, newcomer)
        assert "Осталось: 10" in page.get("/admin/spare-codes/").content.decode()
        fresh = re.findall(r"<code>([a-z2-7]{4}-[a-z2-7]{4})</code>", page.post("/admin/spare-codes/").content.decode())
        assert len(set(fresh) - set(former)) == 10
        assert enter(PageClient(), newcomer, code=former[0]).status_code == 200
        with time_machine.travel(timezone.now() + timedelta(seconds=5)):
            assert enter(PageClient(), newcomer, code=fresh[0]).url == "/admin/"

    def test_the_session_gets_a_new_id(self, page: PageClient, newcomer: User) -> None:
        enter(page, newcomer)
        before = page.session.session_key
        page.post(ENROL, {"code": read_code(page.get(ENROL))})
        assert page.session.session_key != before
        assert SessionRecord.objects.filter(user=newcomer).count() == 1

    def test_a_wrong_code_opens_nothing_and_the_key_stays(self, page: PageClient, newcomer: User) -> None:
        enter(page, newcomer)
        right = read_code(page.get(ENROL))
        key = TOTPDevice.objects.get(user=newcomer).key
        wrong = f"{(int(right) + 500_000) % 1_000_000:06d}"
        answer = page.post(ENROL, {"code": wrong})
        assert (answer.status_code, "Код не подошёл" in answer.content.decode()) == (422, True)
        assert page.get("/admin/").status_code == 302
        device = TOTPDevice.objects.get(user=newcomer)
        assert (device.key, device.confirmed, device.throttling_failure_count) == (key, False, 1)

    def test_once_enrolled_a_password_alone_is_not_even_answered_for(self, page: PageClient, newcomer: User) -> None:
        enrol(page, newcomer)
        answers = {
            enter(PageClient(), newcomer, password=password).context["form"].errors.as_text()
            for password in (PASSWORD, "Nikolay7lamp")
        }
        assert len(answers) == 1

    def test_who_signed_in_as_a_resident_is_asked_for_the_password_before(self, newcomer: User) -> None:
        with time_machine.travel(timezone.now()) as clock:
            client = PageClient()
            come_in(client, str(newcomer.phone))
            clock.shift(timedelta(minutes=16))
            assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/my-data/password/confirm/")
            assert not TOTPDevice.objects.exists()

    def test_a_resident_and_a_passer_by_get_no_key(self, page: PageClient, as_alice: PageClient, alice: User) -> None:
        for client in (page, as_alice):
            assert client.get(ENROL).status_code == 302
            assert client.post(ENROL, {"code": "123456"}).status_code == 302
        assert REFUSED in enter(page, alice, code="123456").content.decode()
        assert enter(page, alice).status_code == 200
        assert not TOTPDevice.objects.exists()

    def test_the_door_closes_after_half_an_hour_of_rest(self, newcomer: User) -> None:
        with time_machine.travel(time.time()) as clock:
            client = PageClient()
            enrol(client, newcomer)
            clock.shift(timedelta(minutes=29))
            assert client.get("/admin/").status_code == 200
            clock.shift(timedelta(minutes=31))
            assert client.get("/admin/").status_code == 302


class TestRoles:
    @pytest.mark.parametrize(
        ("role", "open_rooms", "closed_rooms"),
        [
            (
                "Оператор",
                ["support/errorreport", "meters/submission", "billing/bill"],
                ["exchange/importrun", "accounts/phonerelease"],
            ),
            (
                "Старший",
                ["support/replytemplate", "exchange/importrun", "accounts/phonerelease"],
                ["notifications/outgoingmessage"],
            ),
            ("Администратор", ["billing/supplier", "notifications/outgoingmessage"], []),
        ],
    )
    def test_each_opens_its_rooms_alone(
        self, newcomer: User, role: str, open_rooms: list[str], closed_rooms: list[str]
    ) -> None:
        client = rooms(newcomer, role)
        assert [client.get(f"/admin/{room}/").status_code for room in open_rooms] == [200] * len(open_rooms)
        assert [client.get(f"/admin/{room}/").status_code for room in closed_rooms] == [403] * len(closed_rooms)

    def test_without_a_role_there_is_nothing(self, page: PageClient, newcomer: User) -> None:
        enrol(page, newcomer)
        assert page.get("/admin/support/errorreport/").status_code == 403

    def test_nobody_may_touch_people_roles_or_devices(self) -> None:
        for group in Group.objects.all():
            rights = group.permissions.exclude(content_type__model__in=OPEN_TO_STAFF)
            touched = rights.values_list("content_type__app_label", flat=True)
            assert not set(touched) & {"auth", "accounts", "otp_totp", "otp_static", "axes", "sessions", "admin"}

    def test_an_operator_decides_no_readings(self) -> None:
        rights = set(Group.objects.get(name="Оператор").permissions.values_list("codename", flat=True))
        assert {right for right in rights if not right.startswith("view_")} == {"change_errorreport"}


class TestAddStaff:
    def test_a_new_person_gets_a_role_and_no_password(self) -> None:
        call_command("add_staff", "8 900 555-01-77", "--name", "Инна", "--role", "Старший")
        user = User.objects.get(phone="+79005550177")
        assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
        assert [group.name for group in user.groups.all()] == ["Старший"]

    def test_a_resident_keeps_the_password(self, alice: User) -> None:
        call_command("add_staff", str(alice.phone), "--name", "Алиса", "--role", "Оператор")
        assert User.objects.get(pk=alice.pk).check_password(PASSWORD)

    @pytest.mark.parametrize(("phone", "role"), [("+79005550177", "Царь"), ("12", "Оператор")])
    def test_nonsense_is_refused(self, phone: str, role: str) -> None:
        with pytest.raises(CommandError):
            call_command("add_staff", phone, "--name", "Инна", "--role", role)
        assert not User.objects.exists()
