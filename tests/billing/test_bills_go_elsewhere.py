"""Where bills go is changed with care: a confirmed address, a day to notice, one tap to undo (security.md A4, T30)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing import operations, queries
from billing.models import BillDelivery, Link
from notifications.models import Notification, OutgoingMessage
from tests import factories, residents
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

EMAIL = "alisa@mail.example"


def at(name: str, *keys: object) -> str:
    return reverse(f"billing:{name}", args=keys)


@pytest.fixture
def flat(alices_flat: Link) -> Link:
    """Held by Алиса for a month, her address confirmed, bills on paper."""
    Link.objects.filter(pk=alices_flat.pk).update(linked_at=NOW - timedelta(days=30))
    User.objects.filter(pk=alices_flat.user_id).update(email=EMAIL)
    BillDelivery.objects.create(
        account=alices_flat.account, user=alices_flat.user, method="paper", chosen_at=NOW - timedelta(days=29)
    )
    alices_flat.refresh_from_db()
    return alices_flat


@pytest.fixture
def intruder(flat: Link, boris: User) -> Link:
    """Came to the account an hour ago, with an address of his own."""
    User.objects.filter(pk=boris.pk).update(email="boris@mail.example")
    return factories.LinkFactory(user=boris, account=flat.account, linked_at=NOW - timedelta(hours=1))


def by_now(link: Link, *, after: timedelta = timedelta()) -> tuple[str, str]:
    chosen = queries.get_deliveries_in_force([link.account_id], at=NOW + after)[link.account_id]
    return str(chosen.method), chosen.email


def test_a_new_address_waits_a_day(as_alice: PageClient, flat: Link) -> None:
    said = (
        as_alice.post(at("delivery_edit", flat.pk), {"method": "email"}, follow=True)
        .content.decode()
        .replace("\xa0", " ")
    )
    assert "через сутки" in said
    assert "начнёт действовать 21 ноября" in said
    assert by_now(flat) == ("paper", "")
    assert by_now(flat, after=timedelta(hours=23, minutes=59)) == ("paper", "")
    assert by_now(flat, after=timedelta(hours=24)) == ("email", EMAIL)


def test_paper_and_the_address_in_force_wait_for_nothing(as_alice: PageClient, flat: Link) -> None:
    BillDelivery.objects.update(method="email", email=EMAIL)
    as_alice.post(at("delivery_edit", flat.pk), {"method": "paper_and_email"})
    assert by_now(flat) == ("paper_and_email", EMAIL)
    as_alice.post(at("delivery_edit", flat.pk), {"method": "paper"})
    assert by_now(flat) == ("paper", "")


def test_another_resident_s_address_waits_whatever_was_in_force(flat: Link, intruder: Link) -> None:
    BillDelivery.objects.update(method="email", email=EMAIL)
    operations.choose_bill_delivery(user=intruder.user, link_id=intruder.pk, method="email", at=NOW)
    assert by_now(flat) == ("email", EMAIL)
    assert by_now(flat, after=timedelta(days=1)) == ("email", "boris@mail.example")


def test_all_holders_hear_of_it_by_sms_and_bell_without_the_address(flat: Link, intruder: Link, alice: User) -> None:
    operations.choose_bill_delivery(user=intruder.user, link_id=intruder.pk, method="email", at=NOW)
    told = OutgoingMessage.objects.filter(event="billing/delivery_changed", channel="sms")
    assert set(told.values_list("recipient", flat=True)) == {residents.ALICE, residents.BORIS}
    bell = Notification.objects.get(user=alice, event="billing/delivery_changed").text
    assert "отмените" in bell
    for text in (bell, told[0].body):
        assert "boris@" not in text
    assert flat.account.number not in told[0].body, "a foreign gateway learns no account (domain.md 6)"


def test_an_earlier_holder_takes_it_back_with_one_tap(as_alice: PageClient, flat: Link, intruder: Link) -> None:
    operations.choose_bill_delivery(user=intruder.user, link_id=intruder.pk, method="email", at=NOW)
    url = at("delivery_withdraw", flat.pk)
    page = as_alice.get(at("account_detail", flat.pk)).content.decode()
    assert url in page
    assert "boris@" not in page
    as_alice.post(url)
    assert by_now(flat, after=timedelta(days=2)) == ("paper", "")
    assert Notification.objects.filter(user=intruder.user, event="billing/delivery_withdrawn").exists()
    assert SecurityEvent.objects.filter(kind=Kind.DELIVERY_WITHDRAWN).count() == 1
    assert "Отменять нечего" in as_alice.post(url, follow=True).content.decode()


def test_a_later_holder_cannot_take_back_an_earlier_ones_choice(flat: Link, intruder: Link) -> None:
    operations.choose_bill_delivery(user=flat.user, link_id=flat.pk, method="email", at=NOW)
    with pytest.raises(BillDelivery.DoesNotExist):
        operations.withdraw_bill_delivery(user=intruder.user, link_id=intruder.pk, at=NOW)
    assert by_now(flat, after=timedelta(days=1)) == ("email", EMAIL)


def test_a_strangers_undo_finds_nothing(as_charlie: PageClient, flat: Link) -> None:
    operations.choose_bill_delivery(user=flat.user, link_id=flat.pk, method="email", at=NOW)
    assert as_charlie.post(at("delivery_withdraw", flat.pk)).status_code == 404


def test_who_leaves_has_no_say_in_the_bills_until_he_comes_back(
    as_alice: PageClient, flat: Link, intruder: Link
) -> None:
    """Алиса's letters would go to nobody, while her page told of Борис's choice."""
    BillDelivery.objects.update(method="email", email=EMAIL)
    operations.choose_bill_delivery(user=intruder.user, link_id=intruder.pk, method="paper", at=NOW)
    assert by_now(flat) == ("paper", "")
    operations.end_link(user=intruder.user, link_id=intruder.pk, at=NOW)
    assert by_now(flat) == ("email", EMAIL)
    assert "Получать счета на e-mail" in as_alice.get(at("account_detail", flat.pk)).content.decode()
    operations.restore_link(user=intruder.user, link_id=intruder.pk, at=NOW + timedelta(minutes=5))
    assert by_now(flat) == ("paper", "")


def test_who_is_shut_out_has_no_say_in_the_bills(flat: Link, intruder: Link) -> None:
    operations.choose_bill_delivery(user=intruder.user, link_id=intruder.pk, method="email", at=NOW)
    operations.end_later_link(user=flat.user, link_id=flat.pk, later_link_id=intruder.pk, at=NOW + timedelta(days=2))
    assert by_now(flat, after=timedelta(days=3)) == ("paper", "")


class TestNewLink:
    @pytest.fixture
    def later(self, alices_flat: Link, boris: User) -> Link:
        return factories.LinkFactory(
            user=boris, account=alices_flat.account, linked_at=alices_flat.linked_at + timedelta(minutes=5)
        )

    def test_shuts_nobody_out_for_a_day_and_says_from_when(
        self, as_alice: PageClient, alices_flat: Link, later: Link, clock: time_machine.Traveller
    ) -> None:
        url = at("holder_end", alices_flat.pk, later.pk)
        for answer in (as_alice.get(url), as_alice.post(url)):
            assert answer.status_code == 409
            assert "Можно будет 21 ноября" in answer.content.decode().replace("\xa0", " ")
        later.refresh_from_db()
        assert later.ended_at is None
        clock.shift(timedelta(hours=24))
        as_alice.force_login(alices_flat.user, backend="django.contrib.auth.backends.ModelBackend")
        as_alice.have_typed_password()
        assert as_alice.get(url).status_code == 200

    def test_the_operation_refuses_too(self, alices_flat: Link, later: Link) -> None:
        with pytest.raises(operations.LinkTooNew):
            operations.end_later_link(
                user=alices_flat.user, link_id=alices_flat.pk, later_link_id=later.pk, at=NOW + timedelta(hours=23)
            )
