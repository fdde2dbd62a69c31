"""«Абоненты и группы»: names, groups, delivery, unlinking (domain.md 1.3 and 5)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing.models import AccountGroup, BillDelivery, Link
from notifications.models import Notification
from tests import factories
from tests.pages import PageClient

LIST = reverse("billing:account_list")


def at(name: str, *keys: object) -> str:
    return reverse(f"billing:{name}", args=keys)


def test_an_empty_list_says_how_to_begin(as_alice: PageClient) -> None:
    html = as_alice.get(LIST).content.decode()
    assert "Пока нет ни одного лицевого счёта" in html
    assert reverse("billing:link_create") in html


def test_shows_accounts_by_group(as_alice: PageClient, alices_flat: Link) -> None:
    html = as_alice.get(LIST).content.decode()
    for words in ("Моя группа", "Квартира", alices_flat.account.number, "Поставщик света"):
        assert words in html


def test_makes_renames_and_deletes_a_group(as_alice: PageClient, alice: User) -> None:
    as_alice.post(at("group_create"), {"name": "  Дача   у мамы "})
    group = AccountGroup.objects.get(user=alice)
    assert group.name == "Дача у мамы"
    as_alice.post(at("group_edit", group.pk), {"name": "Дача"})
    group.refresh_from_db()
    assert group.name == "Дача"
    as_alice.get(at("group_delete", group.pk))
    assert AccountGroup.objects.filter(pk=group.pk).exists(), "looking deletes nothing"
    as_alice.post(at("group_delete", group.pk))
    assert not AccountGroup.objects.filter(pk=group.pk).exists()


@pytest.mark.parametrize("page", ["group_create", "group_edit"])
def test_refuses_a_name_that_is_taken(as_alice: PageClient, alice: User, page: str) -> None:
    factories.AccountGroupFactory(user=alice, name="Дом")
    other = factories.AccountGroupFactory(user=alice, name="Дача")
    url = at(page, other.pk) if page == "group_edit" else at(page)
    assert "уже есть" in as_alice.post(url, {"name": "Дом"}).content.decode()


def test_accounts_of_a_deleted_group_move(as_alice: PageClient, alices_flat: Link, alice: User) -> None:
    dacha = factories.AccountGroupFactory(user=alice, name="Дача")
    ended = factories.LinkFactory(user=alice, group=dacha, ended_at=factories.NOW)
    Link.objects.filter(pk=alices_flat.pk).update(group=dacha)
    as_alice.post(at("group_delete", dacha.pk))
    for link in (alices_flat, ended):
        link.refresh_from_db()
        assert link.group.name == "Моя группа"


def test_the_only_group_with_accounts_stays(as_alice: PageClient, alices_flat: Link) -> None:
    assert "единственная группа" in as_alice.get(at("group_delete", alices_flat.group_id)).content.decode()
    as_alice.post(at("group_delete", alices_flat.group_id))
    assert AccountGroup.objects.filter(pk=alices_flat.group_id).exists()


def test_the_only_group_stays_while_something_ended_is_kept_in_it(as_alice: PageClient, alices_flat: Link) -> None:
    Link.objects.update(ended_at=factories.NOW, ended_by=alices_flat.user)
    html = as_alice.post(at("group_delete", alices_flat.group_id), follow=True).content.decode()
    assert "единственная группа, её можно только переименовать" in html
    assert AccountGroup.objects.filter(pk=alices_flat.group_id).exists()


def test_names_an_account_and_moves_it(as_alice: PageClient, alices_flat: Link, alice: User) -> None:
    dacha = factories.AccountGroupFactory(user=alice, name="Дача")
    as_alice.get(at("link_edit", alices_flat.pk))
    as_alice.post(at("link_edit", alices_flat.pk), {"alias": "Домик", "group": dacha.pk})
    alices_flat.refresh_from_db()
    assert (alices_flat.alias, alices_flat.group) == ("Домик", dacha)


def test_offers_the_three_ways_of_delivery(as_alice: PageClient, alices_flat: Link) -> None:
    html = as_alice.get(at("delivery_edit", alices_flat.pk)).content.decode()
    for label in (
        "Способ получения счёта",
        "Получать счета на e-mail",
        "Получать бумажные счета и счета на e-mail",
        "Получать бумажные счета",
    ):
        assert label in html


def test_a_choice_of_delivery_is_a_row_and_the_newest_holds(as_alice: PageClient, alices_flat: Link) -> None:
    url = at("delivery_edit", alices_flat.pk)
    User.objects.update(email="alisa@mail.example")
    as_alice.post(url, {"method": "email"})
    as_alice.post(url, {"method": "paper"})
    as_alice.post(url, {"method": "paper"})
    rows = list(BillDelivery.objects.order_by("pk").values_list("method", "email"))
    assert rows == [("email", "alisa@mail.example"), ("paper", "")]
    assert "Получать бумажные счета" in as_alice.get(LIST).content.decode()


@pytest.mark.parametrize("wrong", [{"method": "email"}, {"method": "paper_and_email"}, {"method": "owl"}, {}])
def test_delivery_needs_a_way_and_a_confirmed_address(
    as_alice: PageClient, alices_flat: Link, wrong: dict[str, str]
) -> None:
    response = as_alice.post(at("delivery_edit", alices_flat.pk), wrong | {"email": "alisa@mail.example"})
    assert response.context["form"].errors
    assert not BillDelivery.objects.exists()
    assert "/my-data/e-mail/" in response.content.decode()


def test_unlinked_by_two_taps_at_once_is_simply_not_there(
    as_alice: PageClient, alices_flat: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second tap has seen the link, and then the first one ends it."""
    monkeypatch.setattr("billing.views.links._get_link_or_404", lambda user, pk: alices_flat)
    assert as_alice.post(at("link_end", alices_flat.pk)).status_code == 302
    assert as_alice.post(at("link_end", alices_flat.pk)).status_code == 404


def test_unlinking_asks_first_and_can_be_taken_back(as_alice: PageClient, alices_flat: Link, alice: User) -> None:
    page = as_alice.get(at("link_end", alices_flat.pk)).content.decode()
    assert "останется у поставщика" in page
    after = as_alice.post(at("link_end", alices_flat.pk), follow=True).content.decode()
    assert not Link.objects.visible_to(alice).exists()
    assert at("link_restore", alices_flat.pk) in after
    as_alice.post(at("link_restore", alices_flat.pk))
    assert Link.objects.visible_to(alice).get() == alices_flat


def test_an_old_unlinking_is_not_taken_back(
    as_alice: PageClient, alices_flat: Link, alice: User, clock: time_machine.Traveller
) -> None:
    as_alice.post(at("link_end", alices_flat.pk))
    clock.shift(timedelta(minutes=16))
    assert at("link_restore", alices_flat.pk) not in as_alice.get(LIST).content.decode()
    answer = as_alice.post(at("link_restore", alices_flat.pk), follow=True)
    assert "уже нельзя" in answer.content.decode()
    assert not Link.objects.visible_to(alice).exists()


def test_an_earlier_holder_can_shut_out_a_later_one(
    as_alice: PageClient, alices_flat: Link, boris: User, clock: time_machine.Traveller
) -> None:
    later = factories.LinkFactory(
        user=boris, account=alices_flat.account, linked_at=alices_flat.linked_at + timedelta(days=1)
    )
    clock.shift(timedelta(hours=25))
    as_alice.force_login(alices_flat.user, backend="django.contrib.auth.backends.ModelBackend")
    as_alice.have_typed_password()
    url = at("holder_end", alices_flat.pk, later.pk)
    assert url in as_alice.get(at("account_detail", alices_flat.pk)).content.decode()
    as_alice.get(url)
    as_alice.post(url)
    assert not Link.objects.visible_to(boris).exists()
    assert alices_flat.account.number in Notification.objects.get(user=boris).text


def test_a_later_holder_cannot_shut_out_an_earlier_one(as_alice: PageClient, alices_flat: Link, boris: User) -> None:
    earlier = factories.LinkFactory(
        user=boris, account=alices_flat.account, linked_at=alices_flat.linked_at - timedelta(days=1)
    )
    assert as_alice.post(at("holder_end", alices_flat.pk, earlier.pk)).status_code == 404
    assert Link.objects.visible_to(boris).exists()


def test_one_who_was_shut_out_cannot_take_it_back(
    page: PageClient, as_alice: PageClient, alices_flat: Link, boris: User
) -> None:
    later = factories.LinkFactory(
        user=boris, account=alices_flat.account, linked_at=alices_flat.linked_at + timedelta(days=1)
    )
    Link.objects.filter(pk=alices_flat.pk).update(linked_at=factories.NOW - timedelta(days=2))
    as_alice.post(at("holder_end", alices_flat.pk, later.pk))
    assert not Link.objects.visible_to(boris).exists()
    page.force_login(boris, backend="django.contrib.auth.backends.ModelBackend")
    assert page.post(at("link_restore", later.pk)).status_code == 404


@pytest.mark.parametrize("name", ["account_list", "payment_overview", "bill_list", "payment_list", "branch_list"])
def test_thirty_accounts_cost_as_many_statements_as_one(as_alice: PageClient, alices_flat: Link, name: str) -> None:
    as_alice.get(at(name))
    with CaptureQueriesContext(connection) as one:
        as_alice.get(at(name))
    for number in range(29):
        account = factories.PersonalAccountFactory()
        factories.LinkFactory(user=alices_flat.user, account=account, group=alices_flat.group, alias=f"Дом {number}")
        factories.BillFactory(account=account)
        factories.PaymentFactory(account=account)
    with CaptureQueriesContext(connection) as thirty:
        as_alice.get(at(name))
    assert len(thirty) == len(one)
