"""Where the supplier wants it so, a meter's number links readings alone until a payment confirms (security.md T2)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from billing import operations, personal_data, queries
from billing.models import Bill, BillDelivery, BillLine, BillNews, Link, Payment, PersonalAccount, Supplier
from billing.operations.news import get_newest_bills, promise_bill_news, tell_bill_news
from meters.models import Meter, Reading, Submission
from meters.proofs import MeterNumber
from notifications.models import Notification
from support.models import ErrorReport
from tests import factories
from tests.house.test_every_page import fill, walk
from tests.house.test_route_matrix import enter
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def flat(alices_flat: Link) -> Link:
    """Алиса holds it in full; what no reduced link may tell stands out."""
    PersonalAccount.objects.filter(pk=alices_flat.account_id).update(
        address="Петергоф, Гостилицкое ш., 17, кв. 42", els="12ББ345678"
    )
    Bill.objects.update(amount_due="7654.32", charged="7123.45")
    Payment.objects.update(amount="6543.21", agent="Сбербанк-Онлайн")
    Link.objects.filter(pk=alices_flat.pk).update(
        linked_at=timezone.now() - timedelta(days=90), address_confirmed_at=timezone.now()
    )
    BillDelivery.objects.create(
        account=alices_flat.account, user=alices_flat.user, method="paper", email="", chosen_at=timezone.now()
    )
    alices_flat.refresh_from_db()
    return alices_flat


@pytest.fixture
def reduced(flat: Link, charlie: User) -> Link:
    Supplier.objects.update(meter_links_are_reduced=True)
    return prove_by_meter(charlie, flat)


SECRETS = ("7654", "7 654", "7 654", "7123", "7 123", "6543", "6 543", "Сбербанк-Онлайн", "кв. 42", "12ББ345678")


def prove_by_meter(user: User, flat: Link) -> Link:
    typed = {
        "supplier": flat.account.supplier_id,
        "service": flat.account.service,
        "number": flat.account.number,
        "proof": MeterNumber.code,
        "serial": Meter.objects.get(installations__account=flat.account).serial,
        "group": "new",
    }
    answer = enter(user).post(reverse("billing:link_create"), typed)
    assert answer.status_code == 302
    return Link.objects.get(user=user, account=flat.account, ended_at=None)


def pay(link: Link, **changed: object) -> dict[str, object]:
    payment = Payment.objects.filter(account=link.account).latest("paid_on", "pk")
    return {"paid_on": f"{payment.paid_on:%Y-%m-%d}", "amount": str(payment.amount).replace(".", ","), **changed}


def test_by_default_it_links_in_full(flat: Link, charlie: User) -> None:
    assert not prove_by_meter(charlie, flat).is_reduced


def test_a_payment_links_in_full_all_the_same(flat: Link, charlie: User) -> None:
    Supplier.objects.update(meter_links_are_reduced=True)
    typed = {
        "supplier": flat.account.supplier_id,
        "service": flat.account.service,
        "number": flat.account.number,
        "proof": "payment",
        "group": "new",
        **pay(flat),
    }
    enter(charlie).post(reverse("billing:link_create"), typed)
    assert not Link.objects.get(user=charlie).is_reduced


class TestReadingsAlone:
    def test_rows_of_money_are_reached_by_no_query(self, reduced: Link, charlie: User, flat: Link) -> None:
        account_ids = [reduced.account_id]
        for rows in (Bill, BillLine, Payment):
            assert not rows.objects.visible_to(charlie).exists(), rows  # type: ignore[attr-defined]
            assert rows.objects.visible_to(flat.user).exists(), rows  # type: ignore[attr-defined]
        link = queries.get_link(charlie, reduced.pk)
        assert (link.newest_bill, link.paid_after, link.delivery) == (None, None, None)
        assert queries.get_last_payments(charlie, account_ids) == {}
        assert queries.get_last_bills(account_ids, visible_to=charlie) == {}
        assert queries.get_last_bill_lines(account_ids, visible_to=charlie) == {}
        with pytest.raises(Bill.DoesNotExist):
            queries.get_bill(charlie, Bill.objects.get().public_id)
        assert Meter.objects.visible_to(charlie).exists()
        assert Reading.objects.visible_to(charlie).exists()
        (account,) = personal_data._find_accounts(charlie)
        personal_data._hide_address(account)
        assert (account.els, "кв. 42" in account.address) == ("", False)

    def test_every_page_keeps_the_money_to_itself(self, reduced: Link, charlie: User, flat: Link) -> None:
        """All addresses, with the ids that lead to the rows; what is theirs alone opens, nothing tells a secret."""
        client, meter = enter(charlie), Meter.objects.get()
        submission = Submission.objects.create(
            receipt="2611-000042-1",
            key=uuid4(),
            user=charlie,
            account=flat.account,
            meter=meter,
            taken_on=timezone.localdate(),
            period=timezone.localdate().replace(day=1),
            submitted_at=timezone.now(),
        )
        opened = set()
        for name, route in walk(get_resolver().url_patterns):
            if route.startswith(("/admin", "/demo")) or name == "accounts:sign_out":
                continue
            address = fill_in(name, route, reduced, meter, submission)
            text = client.get(address, follow=True).getvalue().decode(errors="ignore")
            for secret in SECRETS:
                assert secret not in text, (name, address, secret)
            if client.get(address).status_code == 200:
                opened.add(name)
        assert {
            "home",
            "billing:account_detail",
            "billing:link_confirm",
            "billing:bill_list",
            "billing:payment_overview",
            "meters:reading_form",
            "meters:history",
            "meters:meter_history",
            "meters:meter_detail",
            "meters:submission_detail",
            "support:report_create",
        } <= opened
        assert not opened & {"billing:bill_detail", "billing:delivery_edit", "billing:holder_end", "meters:paper_bill"}

    def test_what_is_decided_for_the_account_is_refused(self, reduced: Link, charlie: User, boris: User) -> None:
        client, at = enter(charlie), timezone.now()
        later = factories.LinkFactory(user=boris, account=reduced.account, linked_at=at + timedelta(minutes=1))
        confirm = reverse("billing:link_confirm", args=[reduced.pk])
        delivery = reverse("billing:delivery_edit", args=[reduced.pk])
        assert client.get(delivery).url == client.post(delivery, {"method": "email"}).url == confirm
        paper = reverse("meters:paper_bill", args=[Meter.objects.get().pk])
        assert client.get(paper).url == confirm
        assert "когда вы подтвердите" in client.get(confirm).content.decode()
        end = reverse("billing:holder_end", args=[reduced.pk, later.pk])
        assert client.post(end).status_code == 404
        assert client.post(reverse("billing:delivery_withdraw", args=[reduced.pk])).status_code == 404
        check = reverse("billing:link_check", args=[reduced.pk])
        assert [client.post(check, {"check": name}).status_code for name in ("address", "history", "meter")] == [
            404,
            404,
            302,
        ]
        for act in (
            lambda: operations.choose_bill_delivery(user=charlie, link_id=reduced.pk, method="paper", at=at),
            lambda: operations.end_later_link(
                user=charlie, link_id=reduced.pk, later_link_id=later.pk, at=at + timedelta(days=3)
            ),
        ):
            with pytest.raises(Link.DoesNotExist):
                act()

    def test_readings_are_sent_and_errors_reported(self, reduced: Link, charlie: User) -> None:
        client, meter = enter(charlie), Meter.objects.get()
        form = client.get(reverse("meters:reading_form")).content.decode()
        assert meter.serial in form
        typed = {"key": str(uuid4()), "account": reduced.pk, "meter": "", "reason": "wrong_readings", "text": "Не те."}
        client.post(reverse("support:report_create"), typed)
        facts = ErrorReport.objects.get().facts
        assert not any("счёт" in label and "Лицевой" not in label for label, _ in facts)

    def test_no_news_of_bills_or_of_others(self, reduced: Link, flat: Link, boris: User) -> None:
        newest, at = get_newest_bills(), timezone.now()
        month = timezone.localdate().replace(day=1)
        factories.BillFactory(account=flat.account, supplier=flat.account.supplier, period=month, number="new-1")
        promise_bill_news(supplier_id=flat.account.supplier_id, period=month, after=newest, at=at)
        assert set(BillNews.objects.values_list("user_id", flat=True)) == {flat.user_id}
        tell_bill_news(at=at)
        Notification.objects.filter(user=reduced.user).delete()
        prove_by_meter(boris, flat)
        assert Notification.objects.filter(user=flat.user, event="billing/holder_joined").count() == 2
        assert not Notification.objects.filter(user=reduced.user).exists()


class TestConfirming:
    def test_one_form_opens_everything(self, reduced: Link, charlie: User) -> None:
        client = enter(charlie)
        confirm = reverse("billing:link_confirm", args=[reduced.pk])
        assert confirm in client.get(reverse("billing:account_detail", args=[reduced.pk])).content.decode()
        assert client.get(confirm).status_code == 200
        assert client.post(confirm, pay(reduced)).url == reverse("billing:account_detail", args=[reduced.pk])
        reduced.refresh_from_db()
        assert not reduced.is_reduced
        assert Bill.objects.visible_to(charlie).exists()
        assert client.get(confirm).status_code == 302
        assert Link.objects.filter(user=charlie).count() == 1

    def test_a_wrong_payment_is_a_guess_and_may_wait(self, reduced: Link, charlie: User) -> None:
        client, confirm = enter(charlie), reverse("billing:link_confirm", args=[reduced.pk])
        wrong = pay(reduced, amount="1,00")
        assert "Не получилось подтвердить" in client.post(confirm, wrong).content.decode()
        for _ in range(4):
            client.post(confirm, wrong)
        assert "Слишком много" in client.post(confirm, pay(reduced)).content.decode()
        reduced.refresh_from_db()
        assert reduced.is_reduced

    def test_a_payment_that_comes_later_confirms_by_itself(self, reduced: Link, charlie: User) -> None:
        confirm = reverse("billing:link_confirm", args=[reduced.pk])
        late = {"paid_on": f"{timezone.localdate():%Y-%m-%d}", "amount": "10,00"}
        answer = enter(charlie).post(confirm, {**late, "wait": "1"})
        assert answer.status_code == 302
        factories.PaymentFactory(account=reduced.account, paid_on=timezone.localdate(), amount="10.00")
        operations.settle_link_requests(at=timezone.now())
        reduced.refresh_from_db()
        assert not reduced.is_reduced

    def test_the_form_of_a_new_account_does_it_too(self, reduced: Link, charlie: User) -> None:
        typed = {
            "supplier": reduced.account.supplier_id,
            "service": reduced.account.service,
            "number": reduced.account.number,
            "proof": "payment",
            "group": "new",
            **pay(reduced),
        }
        enter(charlie).post(reverse("billing:link_create"), typed)
        reduced.refresh_from_db()
        assert not reduced.is_reduced

    def test_leaving_and_proving_the_meter_again_confirms_nothing(
        self, reduced: Link, charlie: User, flat: Link
    ) -> None:
        operations.end_link(user=charlie, link_id=reduced.pk, at=timezone.now())
        assert operations.restore_link(user=charlie, link_id=reduced.pk, at=timezone.now()).is_reduced
        operations.end_link(user=charlie, link_id=reduced.pk, at=timezone.now())
        assert prove_by_meter(charlie, flat).is_reduced

    def test_a_strangers_link_is_not_found(self, reduced: Link, as_alice: PageClient) -> None:
        assert as_alice.get(reverse("billing:link_confirm", args=[reduced.pk])).status_code == 404


def fill_in(name: str, route: str, link: Link, meter: Meter, submission: Submission) -> str:
    """The address of the row, where there is one behind it."""
    known = {
        "meters:submission_batch": [submission.key],
        "meters:meter_readings": [meter.pk, "csv"],
        "billing:holder_end": [link.pk, link.pk],
        "billing:bill_detail": [Bill.objects.get().public_id],
        "billing:group_edit": [link.group_id],
        "billing:group_delete": [link.group_id],
    }
    if name in known:
        return reverse(name, args=known[name])
    if "<int:pk>" in route:
        return reverse(name, args=[meter.pk if "meter" in route else link.pk])
    if "receipt>" in route and name.startswith("meters:"):
        return route.replace("<str:receipt>", submission.receipt)
    return fill(route)
