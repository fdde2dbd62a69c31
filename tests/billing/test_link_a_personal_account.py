"""A resident adds a personal account: «Новый лицевой счёт» (domain.md 1.2 and 5)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing.models import Link, Payment
from notifications.models import Notification
from tests import factories
from tests.pages import PageClient

URL = reverse("billing:link_create")
REFUSAL = "Не получилось подтвердить лицевой счёт."


def test_shows_the_form_of_the_instruction(as_alice: PageClient, payment: Payment) -> None:
    html = as_alice.get(URL).content.decode()
    for label in (
        "Поставщик",
        "Услуга",
        "Номер лицевого счёта",
        "Последний платёж",
        "Дата последнего платежа",
        "Сумма последнего платежа",
        "Номер счётчика",
        "Псевдоним",
        "Группа",
        "Моя группа",
        "Отменить",
        "Сохранить",
        "Электроэнергия",
        "018\\00028517",
    ):
        assert label in html


def test_links_by_the_last_payment(as_alice: PageClient, alice: User, typed: dict[str, str]) -> None:
    response = as_alice.post(URL, typed)
    link = Link.objects.visible_to(alice).get()
    assert response["Location"] == reverse("billing:account_detail", args=[link.pk])
    assert (link.alias, link.group.name, link.proof) == ("Квартира", "Моя группа", "payment")


@pytest.mark.parametrize("shape", ["{}\\{}", "{}/{}", "{} {}", "{}-{}", "{}{}", " {}\\{} ", "{}.{}"])
def test_takes_the_number_however_it_is_typed(
    as_alice: PageClient, alice: User, payment: Payment, typed: dict[str, str], shape: str
) -> None:
    head, tail = payment.account.number.split("\\")
    as_alice.post(URL, typed | {"number": shape.format(head, tail)})
    assert Link.objects.visible_to(alice).exists()


@pytest.mark.parametrize("amount", ["3412.80", "3 412,80", "3\u00a0412,80 ₽", "3412,8", "3412,80 руб."])
def test_takes_the_sum_however_it_is_typed(
    as_alice: PageClient, alice: User, typed: dict[str, str], amount: str
) -> None:
    as_alice.post(URL, typed | {"amount": amount})
    assert Link.objects.visible_to(alice).exists()


@pytest.mark.parametrize("day", ["2026-11-07", "2026-11-13", "10.11.2026"])
def test_takes_a_day_up_to_three_days_off(as_alice: PageClient, alice: User, typed: dict[str, str], day: str) -> None:
    as_alice.post(URL, typed | {"paid_on": day})
    assert Link.objects.visible_to(alice).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "3412,81"},
        {"amount": "3412"},
        {"paid_on": "2026-11-14"},
        {"paid_on": "2026-11-06"},
        {"number": "018\\99999999"},
    ],
    ids=["a kopeck off", "no kopecks", "four days late", "four days early", "unknown number"],
)
def test_refuses_with_one_text_whatever_was_wrong(
    as_alice: PageClient, alice: User, payment: Payment, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    response = as_alice.post(URL, typed | wrong)
    assert response.context["form"].non_field_errors() == [
        "Не получилось подтвердить лицевой счёт. Проверьте поставщика, номер и то, чем вы его подтверждаете:"
        " день и сумму до копейки — по чеку, номер счётчика — по табличке на корпусе."
    ]
    assert "Фонарная" not in response.content.decode()
    assert not Link.objects.visible_to(alice).exists()


def test_a_known_and_an_unknown_number_cost_the_same(as_alice: PageClient, typed: dict[str, str]) -> None:
    as_alice.get(URL)
    with CaptureQueriesContext(connection) as known:
        as_alice.post(URL, typed | {"amount": "1,00"})
    with CaptureQueriesContext(connection) as unknown:
        as_alice.post(URL, typed | {"number": "018\\99999999"})
    assert len(known) == len(unknown)


def test_the_last_three_payments_prove_and_older_ones_do_not(
    as_alice: PageClient, alice: User, payment: Payment, typed: dict[str, str]
) -> None:
    for months, amount in ((3, "300.00"), (4, "400.00"), (5, "500.00")):
        factories.PaymentFactory(
            account=payment.account, paid_on=date(2026, 11, 10) - timedelta(days=30 * months), amount=amount
        )
    old = {"paid_on": "2026-06-13", "amount": "500,00"}
    assert REFUSAL in as_alice.post(URL, typed | old).content.decode()
    third = {"paid_on": "2026-07-13", "amount": "400,00"}
    assert as_alice.post(URL, typed | third).status_code == 302
    assert Link.objects.visible_to(alice).count() == 1


def test_any_payment_of_the_last_sixty_days_proves(
    as_alice: PageClient, payment: Payment, typed: dict[str, str]
) -> None:
    for day in range(5):
        factories.PaymentFactory(account=payment.account, paid_on=date(2026, 11, 12 + day), amount=100 + day)
    assert as_alice.post(URL, typed).status_code == 302


def test_a_payment_of_another_account_proves_nothing(as_alice: PageClient, typed: dict[str, str]) -> None:
    factories.PaymentFactory(amount=Decimal("77.07"))
    assert REFUSAL in as_alice.post(URL, typed | {"amount": "77,07"}).content.decode()


def test_a_number_that_cannot_be_is_told_at_the_field_and_is_no_guess(
    as_alice: PageClient, alice: User, typed: dict[str, str]
) -> None:
    for _ in range(6):
        response = as_alice.post(URL, typed | {"number": "018\\123"})
        assert "number" in response.context["form"].errors
    assert as_alice.post(URL, typed).status_code == 302


def test_only_the_chosen_proof_is_judged(as_alice: PageClient, typed: dict[str, str]) -> None:
    response = as_alice.post(URL, typed | {"proof": "meter", "paid_on": "", "amount": "пять"})
    payment_form, meter_form = response.context["proof_forms"]
    assert not payment_form.errors
    assert meter_form.errors


def test_empty_fields_are_named_and_what_was_typed_stays(as_alice: PageClient, typed: dict[str, str]) -> None:
    response = as_alice.post(URL, typed | {"amount": "", "alias": "Дача"})
    assert "amount" in response.context["proof_forms"][0].errors
    assert 'value="Дача"' in response.content.decode()


def test_a_day_ahead_is_told(as_alice: PageClient, typed: dict[str, str]) -> None:
    response = as_alice.post(URL, typed | {"paid_on": "2026-11-25"})
    assert "Этот день ещё не наступил" in response.content.decode()


def test_a_sum_nobody_pays_is_told_so(as_alice: PageClient, typed: dict[str, str]) -> None:
    html = as_alice.post(URL, typed | {"amount": "9999999999"}).content.decode()
    assert "Так много за квартиру не платят" in html
    assert "больше нуля" not in html


@pytest.mark.parametrize("amount", ["пять", "-5", "0", "1,234", "NaN", "1e3", "9" * 40, "Infinity", "1_000"])
def test_what_is_no_sum_is_told(as_alice: PageClient, typed: dict[str, str], amount: str) -> None:
    response = as_alice.post(URL, typed | {"amount": amount})
    assert "amount" in response.context["proof_forms"][0].errors


def test_an_account_one_has_already_is_said_and_shown(as_alice: PageClient, alice: User, typed: dict[str, str]) -> None:
    as_alice.post(URL, typed)
    again = as_alice.post(URL, typed, follow=True)
    assert "у вас уже есть" in again.content.decode()
    assert Link.objects.visible_to(alice).count() == 1


def test_another_of_the_family_may_link_and_the_earlier_one_hears(
    as_alice: PageClient, boris: User, payment: Payment, typed: dict[str, str]
) -> None:
    held = factories.LinkFactory(user=boris, account=payment.account)
    as_alice.post(URL, typed)
    news = Notification.objects.get(user=boris)
    assert payment.account.number in news.text
    assert "+7 9•• •••-••-01" in news.text
    assert news.url == reverse("billing:account_detail", args=[held.pk])


def test_the_address_is_masked_until_it_is_confirmed(as_alice: PageClient, alice: User, typed: dict[str, str]) -> None:
    html = as_alice.post(URL, typed, follow=True).content.decode()
    assert "Это ваш адрес?" in html
    assert "Фонарная" not in html
    link = Link.objects.visible_to(alice).get()
    confirmed = as_alice.post(reverse("billing:link_check", args=[link.pk]), {"check": "address"}, follow=True)
    assert "Фонарная" in confirmed.content.decode()
    assert "Это ваш адрес?" not in confirmed.content.decode()


def test_the_checklist_counts_what_is_done(as_alice: PageClient, alice: User, typed: dict[str, str]) -> None:
    as_alice.post(URL, typed)
    link = Link.objects.visible_to(alice).get()
    detail = reverse("billing:account_detail", args=[link.pk])
    before = as_alice.get(detail).context["checklist"]
    assert before.total == 4
    as_alice.post(reverse("billing:link_check", args=[link.pk]), {"check": "history"})
    assert as_alice.get(detail).context["checklist"].done == before.done + 1


def test_the_group_of_another_resident_cannot_be_chosen(
    as_alice: PageClient, alice: User, charlie: User, typed: dict[str, str]
) -> None:
    foreign = factories.AccountGroupFactory(user=charlie)
    response = as_alice.post(URL, typed | {"group": str(foreign.pk)})
    assert "group" in response.context["form"].errors
    assert not Link.objects.visible_to(alice).exists()


def test_adding_needs_a_sign_in(page: PageClient) -> None:
    assert page.get(URL).status_code == 302
