"""A phone number may have gone to another person: after a new password by SMS the past is hidden (security.md T11)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import PhoneChange, Recovery, TrustedDevice, User
from accounts.recovery import opening
from billing.models import Link, LinkGuess
from notifications.models import Notification, OutgoingMessage
from tests import factories, residents
from tests.accounts.test_sign_in import reset
from tests.arrivals import CONFIRM, trust_browser
from tests.pages import PageClient
from tests.support.conftest import verified

pytestmark = pytest.mark.django_db

PROVE = "/recovery/"
PASSWORD = "Novyy8parol"
EMAIL = "alisa@mail.example"


@pytest.fixture(autouse=True)
def clock() -> time_machine.Traveller:
    with time_machine.travel(factories.NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def flat(alices_flat: Link, alice: User) -> Link:
    """In use: she came in yesterday. Linked a month ago."""
    Link.objects.update(linked_at=factories.NOW - timedelta(days=30))
    User.objects.update(last_login=factories.NOW - timedelta(days=1))
    alices_flat.refresh_from_db()
    return alices_flat


@pytest.fixture
def newcomer(page: PageClient, flat: Link) -> PageClient:
    """Whoever holds the phone now, after a new password by SMS."""
    assert reset(page, residents.ALICE, PASSWORD).url == PROVE
    return page


def payment_of(link: Link) -> dict[str, str]:
    return {"way": "payment", "number": link.account.number, "paid_on": "2026-11-10", "amount": "3412,80"}


def body_of(client: PageClient, url: str) -> str:
    return client.get(url).content.decode()


def test_what_was_linked_is_hidden_and_said_to_be(newcomer: PageClient, flat: Link) -> None:
    assert "Подтвердите, что кабинет ваш" in body_of(newcomer, PROVE)
    home = body_of(newcomer, "/")
    assert "Прежние данные пока скрыты" in home
    assert flat.account.number not in home
    assert newcomer.get(reverse("billing:account_detail", args=[flat.pk])).status_code == 404
    assert SecurityEvent.objects.filter(kind=Kind.PAST_HIDDEN).count() == 1


def test_an_empty_cabinet_in_use_is_not_asked(page: PageClient, alice: User) -> None:
    assert reset(page, residents.ALICE, PASSWORD).url == "/"
    assert not Recovery.objects.exists()


def test_an_empty_one_left_alone_for_ninety_days_hides_its_past(page: PageClient, alice: User) -> None:
    User.objects.update(last_login=factories.NOW - timedelta(days=90, minutes=1))
    assert reset(page, residents.ALICE, PASSWORD).url == PROVE
    assert Recovery.objects.get().was_idle
    assert "привяжите свой лицевой счёт" in body_of(page, PROVE).lower()


def test_the_last_payment_of_a_linked_account_opens_everything(newcomer: PageClient, flat: Link) -> None:
    assert newcomer.post(PROVE, payment_of(flat)).url == "/"
    assert flat.title in body_of(newcomer, "/")
    assert "скрыты" not in body_of(newcomer, "/")
    recovery = Recovery.objects.get()
    assert (recovery.proven_by, recovery.proven_at is not None) == ("payment", True)
    assert SecurityEvent.objects.filter(kind=Kind.PAST_OPENED, result="ok").count() == 1
    assert newcomer.get(PROVE).url == "/"


@pytest.mark.parametrize(
    "change",
    [{"amount": "3412,81"}, {"paid_on": "2026-11-01"}, {"number": "018\\99999999"}],
    ids=["another sum", "another day", "an unknown account"],
)
def test_what_does_not_agree_opens_nothing_and_counts(newcomer: PageClient, flat: Link, change: dict[str, str]) -> None:
    answer = newcomer.post(PROVE, payment_of(flat) | change)
    assert answer.status_code == 422
    assert "Не сошлось" in answer.content.decode()
    assert Recovery.objects.get().proven_at is None
    assert LinkGuess.objects.count() == 1


def test_guesses_are_limited_as_at_linking(newcomer: PageClient, flat: Link) -> None:
    for _ in range(5):
        newcomer.post(PROVE, payment_of(flat) | {"amount": "1"})
    answer = newcomer.post(PROVE, payment_of(flat))
    assert "Слишком много неудачных попыток" in answer.content.decode()
    assert Recovery.objects.get().proven_at is None


def test_anothers_payment_opens_nothing(newcomer: PageClient, flat: Link) -> None:
    """Somebody else's account is proven all the same: it says nothing about this cabinet."""
    other = factories.PaymentFactory(paid_on="2026-11-10", amount="3412.80")
    assert newcomer.post(PROVE, payment_of(flat) | {"number": other.account.number}).status_code == 422


def test_adding_the_account_anew_by_its_payment_opens_everything_too(newcomer: PageClient, flat: Link) -> None:
    typed = {
        "supplier": flat.account.supplier_id,
        "service": "electricity",
        "number": flat.account.number,
        "proof": "payment",
        "paid_on": "2026-11-10",
        "amount": "3412,80",
        "group": choose_group(newcomer),
    }
    assert newcomer.post(reverse("billing:link_create"), typed).url == reverse("billing:account_detail", args=[flat.pk])
    assert Recovery.objects.get().proven_by == "payment"


def test_adding_it_by_the_meter_shows_the_account_but_not_the_past(newcomer: PageClient, flat: Link) -> None:
    serial = flat.account.installations.get().meter.serial
    typed = {
        "supplier": flat.account.supplier_id,
        "service": "electricity",
        "number": flat.account.number,
        "proof": "meter",
        "serial": serial,
        "group": choose_group(newcomer),
    }
    answer = newcomer.post(reverse("billing:link_create"), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    flat.refresh_from_db()
    assert flat.ended_at is not None
    assert Link.objects.filter(ended_at=None).exclude(pk=flat.pk).count() == 1
    assert Recovery.objects.get().proven_at is None


def choose_group(client: PageClient) -> str:
    form = client.get(reverse("billing:link_create")).context["form"]
    return str(form.fields["group"].choices[0][0])


class TestByLetter:
    @pytest.fixture
    def addressed(self, page: PageClient, flat: Link) -> PageClient:
        User.objects.update(email=EMAIL)
        reset(page, residents.ALICE, PASSWORD)
        return page

    def link_of_the_letter(self) -> str:
        body = OutgoingMessage.objects.filter(event="accounts/recovery_letter").latest("pk").body
        return str(re.search(r"/recovery/letter/\S+", body)[0])  # type: ignore[index]

    def test_the_address_is_told_and_out_of_sight(self, addressed: PageClient) -> None:
        assert OutgoingMessage.objects.filter(event="accounts/recovery_begun", recipient=EMAIL).count() == 1
        assert EMAIL not in body_of(addressed, "/my-data/") + body_of(addressed, PROVE)

    def test_the_link_opens_everything_in_this_cabinet(self, addressed: PageClient) -> None:
        addressed.post(PROVE, {"way": "email"})
        url = self.link_of_the_letter()
        assert Recovery.objects.get().proven_at is None
        assert "Это ваш кабинет?" in body_of(addressed, url)
        assert addressed.post(url).url == "/"
        assert Recovery.objects.get().proven_by == "email"
        assert User.objects.get(phone=residents.ALICE).email == EMAIL

    def test_it_asks_for_a_sign_in_and_is_nobody_elses(self, addressed: PageClient, as_charlie: PageClient) -> None:
        addressed.post(PROVE, {"way": "email"})
        url = self.link_of_the_letter()
        assert PageClient().post(url).url.startswith("/sign-in/")
        assert as_charlie.post(url).status_code == 404
        assert addressed.post(f"{url[:-2]}/").status_code == 404
        assert Recovery.objects.get().proven_at is None

    def test_it_lives_an_hour(self, addressed: PageClient, clock: time_machine.Traveller) -> None:
        addressed.post(PROVE, {"way": "email"})
        clock.shift(timedelta(minutes=59, seconds=59))
        addressed.get("/")
        clock.shift(timedelta(seconds=5))
        assert addressed.post(self.link_of_the_letter()).url == PROVE
        assert Recovery.objects.get().proven_at is None

    def test_letters_are_few(self, addressed: PageClient) -> None:
        for _ in range(4):
            answer = addressed.post(PROVE, {"way": "email"})
        assert answer.status_code == 422
        assert OutgoingMessage.objects.filter(event="accounts/recovery_letter").count() == 3

    def test_an_address_confirmed_afterwards_proves_nothing(
        self, newcomer: PageClient, clock: time_machine.Traveller
    ) -> None:
        User.objects.filter(phone=residents.ALICE).update(email="drugoy@mail.example")
        assert newcomer.post(PROVE, {"way": "email"}).status_code == 422
        assert not OutgoingMessage.objects.filter(event="accounts/recovery_letter").exists()


class TestByApplication:
    @pytest.fixture
    def device(self, flat: Link, alice: User) -> TOTPDevice:
        device = TOTPDevice.objects.create(user=alice, name="Приложение", confirmed=True)
        TOTPDevice.objects.update(created_at=factories.NOW - timedelta(days=9))
        return device

    def test_its_code_on_the_way_in_opens(self, page: PageClient, device: TOTPDevice, flat: Link) -> None:
        answer = reset(page, residents.ALICE, PASSWORD)
        assert answer.url == CONFIRM
        assert page.get(PROVE).url.startswith("/sign-in/")
        code = f"{TOTP(device.bin_key, device.step, device.t0, device.digits).token():06d}"
        assert page.post(CONFIRM, {"code": code}).url == "/"
        assert Recovery.objects.get().proven_by == "application"
        assert flat.title in body_of(page, "/")

    def test_one_set_up_afterwards_does_not(self, newcomer: PageClient, alice: User) -> None:
        later = TOTPDevice.objects.create(user=alice, confirmed=True)
        held = User.objects.get(pk=alice.pk)
        assert not opening.recognise_on_the_way_in(user=held, proof="application", at=timezone.now())
        assert later.created_at
        assert Recovery.objects.get().proven_at is None


def test_devices_trusted_before_are_trusted_no_more(page: PageClient, flat: Link, alice: User) -> None:
    former = trust_browser(PageClient(), alice)
    reset(page, residents.ALICE, PASSWORD)
    former.refresh_from_db()
    assert former.ended_at is not None
    assert TrustedDevice.objects.visible_to(alice).standing().count() == 1


def test_a_second_new_password_and_an_own_account_do_not_open_the_first_past(
    newcomer: PageClient, flat: Link, alice: User, clock: time_machine.Traveller
) -> None:
    """The newcomer links an account of his own, forgets the password again, and proves that account."""
    clock.shift(timedelta(days=2))
    own = factories.PaymentFactory(paid_on="2026-11-10", amount="77.00")
    link = factories.LinkFactory(user=alice, account=own.account, linked_at=timezone.now())
    clock.shift(timedelta(days=2))
    again = PageClient()
    reset(again, residents.ALICE, "Trety8parol")
    assert again.get(reverse("billing:account_detail", args=[link.pk])).status_code == 404
    assert again.post(PROVE, payment_of(link) | {"amount": "77"}).url == "/"
    assert again.get(reverse("billing:account_detail", args=[link.pk])).status_code == 200
    assert again.get(reverse("billing:account_detail", args=[flat.pk])).status_code == 404
    assert again.post(PROVE, payment_of(flat)).url == "/"
    assert again.get(reverse("billing:account_detail", args=[flat.pk])).status_code == 200


def test_whoever_says_the_past_is_anothers_is_asked_no_more(newcomer: PageClient, flat: Link) -> None:
    assert newcomer.get("/recovery/leave/").status_code == 200
    newcomer.post("/recovery/leave/")
    assert "Прежние данные пока скрыты" not in body_of(newcomer, "/")
    assert newcomer.get(reverse("billing:account_detail", args=[flat.pk])).status_code == 404


def test_news_of_the_hidden_past_waits_until_it_is_opened(newcomer: PageClient, flat: Link, boris: User) -> None:
    assert flat.account.number not in body_of(newcomer, "/notifications/")
    link = factories.LinkFactory(user=boris, account=flat.account)
    Notification.objects.create(
        user=flat.user, event="meters/submission_accepted", text="Тайна", created_at=timezone.now()
    )
    Notification.objects.create(
        user=flat.user, event="billing/holder_joined", text="Тайна", since=flat.linked_at, created_at=timezone.now()
    )
    assert "Тайна" not in body_of(newcomer, "/notifications/")
    newcomer.post(PROVE, payment_of(flat))
    assert body_of(newcomer, "/notifications/").count("Тайна") == 2
    assert link.ended_at is None


def test_a_request_that_waited_makes_a_link_that_is_hidden_too(newcomer: PageClient, flat: Link, alice: User) -> None:
    late = factories.PaymentFactory(paid_on="2026-11-18", amount="55.00")
    from billing import operations
    from billing.models import LinkRequest

    LinkRequest.objects.create(
        user=alice,
        supplier=late.supplier,
        digits=late.account.digits,
        shown_number=late.account.number,
        paid_on=late.paid_on,
        amount=late.amount,
        created_at=factories.NOW - timedelta(days=1),
        expires_at=factories.NOW + timedelta(days=9),
    )
    assert late.account.number not in body_of(newcomer, reverse("billing:account_list"))
    assert operations.settle_link_requests(at=timezone.now()) == 1
    assert Link.objects.filter(account=late.account, ended_at=None).count() == 1
    for url in (reverse("billing:account_list"), "/notifications/", "/"):
        assert late.account.number not in body_of(newcomer, url)


def test_no_copy_of_the_data_is_given_while_it_is_hidden(newcomer: PageClient) -> None:
    assert newcomer.get("/my-data/export/").url == PROVE
    assert newcomer.post("/my-data/export/").url == PROVE


def test_for_a_day_contacts_and_rights_stay_as_they_are(
    newcomer: PageClient, flat: Link, clock: time_machine.Traveller
) -> None:
    newcomer.post(PROVE, payment_of(flat))
    urls = ("/my-data/e-mail/", "/my-data/deletion/", reverse("billing:delivery_edit", args=[flat.pk]))
    for url in urls:
        for answer in (newcomer.get(url), newcomer.post(url)):
            assert answer.status_code == 409, url
            assert "Можно будет" in answer.content.decode()
    clock.shift(timedelta(hours=24, seconds=5))
    newcomer.force_login(User.objects.get(phone=residents.ALICE), backend="django.contrib.auth.backends.ModelBackend")
    newcomer.have_typed_password()
    for url in urls:
        assert newcomer.get(url).status_code == 200, url


class TestPassport:
    @pytest.fixture
    def desk(self, staff: User) -> PageClient:
        return verified(staff, TOTPDevice.objects.create(user=staff, name="телефон", confirmed=True))

    def test_staff_open_it_and_say_why(self, newcomer: PageClient, flat: Link, desk: PageClient, staff: User) -> None:
        url = reverse("admin:accounts_recovery_change", args=[Recovery.objects.get().pk])
        assert residents.ALICE not in desk.get("/admin/accounts/recovery/").content.decode()
        page = desk.get(url).content.decode()
        assert "Открыть прежние данные" in page
        assert residents.ALICE not in page
        assert desk.post(url, {"reason": ""}).status_code == 422
        assert desk.post(url, {"reason": "Паспорт и договор, пришла сама"}).status_code == 302
        recovery = Recovery.objects.get()
        assert (recovery.proven_by, recovery.opened_by) == (opening.STAFF, staff)
        assert recovery.reason.startswith("Паспорт")
        assert flat.title in body_of(newcomer, "/")
        desk.get("/admin/")
        assert "Открыть прежние данные" not in desk.get(url).content.decode()

    def test_without_the_right_there_is_nothing(self, newcomer: PageClient, page: PageClient) -> None:
        operator = factories.UserFactory(phone="+79005550188", is_staff=True)
        operator.groups.add(Group.objects.get(name="Оператор"))
        desk = verified(operator, TOTPDevice.objects.create(user=operator, name="телефон", confirmed=True))
        url = reverse("admin:accounts_recovery_change", args=[Recovery.objects.get().pk])
        for answer in (desk.get(url), desk.post(url, {"reason": "Паспорт и договор"})):
            assert answer.status_code == 403
        assert Recovery.objects.get().proven_at is None

    def test_staff_give_a_former_number_back(self, alice: User, desk: PageClient) -> None:
        change = PhoneChange.objects.create(
            user=alice,
            former_phone="+79005550166",
            phone=residents.ALICE,
            created_at=factories.NOW,
            confirmed_at=factories.NOW,
        )
        url = reverse("admin:accounts_phonechange_change", args=[change.pk])
        assert "+79005550166" not in desk.get(url).content.decode()
        assert desk.post(url, {"reason": "Паспорт и договор, пришла сама"}).status_code == 302
        alice.refresh_from_db()
        assert str(alice.phone) == "+79005550166"
