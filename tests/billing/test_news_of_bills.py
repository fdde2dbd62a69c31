"""Who hears of a new bill, and where: a hidden past (security.md T11), a day to notice (T30), ten thousand at once."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.recovery.opening import open_past
from billing import operations
from billing.models import AccountGroup, Bill, BillDelivery, BillNews, Link, PersonalAccount
from billing.operations import news
from notifications.models import Notification, OutgoingMessage
from tests import factories, residents
from tests.accounts.test_sign_in import reset
from tests.factories import NOW
from tests.pages import PageClient

HER_OWN, OTHER = "alisa@mail.example", "boris@mail.example"
MONTH_AGO = NOW - timedelta(days=30)
MANY, HALF = 10_000, 5_000


def choose(link: Link, email: str = HER_OWN, **more: object) -> BillDelivery:
    return BillDelivery.objects.create(
        **{"account": link.account, "user": link.user, "method": "email", "email": email, "chosen_at": MONTH_AGO} | more
    )


def bring_a_bill(link: Link) -> Bill:
    """As an import does: the bill and the promise of its news."""
    newest = operations.get_newest_bills()
    bill = factories.BillFactory(account=link.account)
    operations.promise_bill_news(supplier_id=bill.supplier_id, period=bill.period, after=newest, at=NOW)
    return bill


def hear(client: PageClient) -> bool:
    return "Пришёл счёт" in client.get(reverse("notifications:notification_list")).content.decode()


def list_letters() -> list[str]:
    letters = OutgoingMessage.objects.filter(event=news.EVENT).order_by("pk")
    return list(letters.values_list("recipient", flat=True))


@pytest.mark.django_db
class TestAHiddenPast:
    @pytest.fixture(autouse=True)
    def clock(self) -> Iterator[time_machine.Traveller]:
        with time_machine.travel(NOW, tick=True) as traveller:
            yield traveller

    @pytest.fixture
    def flat(self, alices_flat: Link) -> Link:
        Link.objects.update(linked_at=MONTH_AGO)
        User.objects.update(last_login=NOW - timedelta(days=1), email=HER_OWN)
        alices_flat.refresh_from_db()
        choose(alices_flat)
        return alices_flat

    @pytest.fixture
    def newcomer(self, page: PageClient, flat: Link) -> PageClient:
        """Whoever holds her phone now, after a new password by SMS."""
        assert reset(page, residents.ALICE, "Novyy8parol").url == "/recovery/"
        flat.user.refresh_from_db()
        return page

    def test_whoever_has_the_phone_now_hears_nothing_and_she_gets_her_letter(
        self, newcomer: PageClient, flat: Link
    ) -> None:
        bring_a_bill(flat)

        operations.tell_bill_news(at=NOW)

        assert not hear(newcomer)
        assert list_letters() == [HER_OWN]

    def test_once_she_is_recognised_it_stands_at_her_bell(self, newcomer: PageClient, flat: Link) -> None:
        bill = bring_a_bill(flat)
        operations.tell_bill_news(at=NOW)

        open_past(flat.user, known_since=flat.linked_at, by="payment", at=NOW)

        assert hear(newcomer)
        assert newcomer.get(reverse("billing:bill_detail", args=[bill.public_id])).status_code == 200

    def test_who_proved_the_account_anew_hears_and_no_letter_goes_to_the_address_of_before(
        self, newcomer: PageClient, flat: Link
    ) -> None:
        Link.objects.update(ended_at=NOW)
        factories.LinkFactory(
            user=flat.user, account=flat.account, group=flat.group, linked_at=NOW + timedelta(minutes=1)
        )
        bring_a_bill(flat)

        operations.tell_bill_news(at=NOW + timedelta(minutes=2))

        assert hear(newcomer)
        assert list_letters() == []

    def test_an_earlier_choice_of_the_household_holds_when_hers_says_nothing(
        self, newcomer: PageClient, flat: Link, boris: User
    ) -> None:
        his = factories.LinkFactory(user=boris, account=flat.account, linked_at=MONTH_AGO)
        BillDelivery.objects.all().delete()
        choose(his, OTHER)
        choose(flat)
        Link.objects.filter(pk=flat.pk).update(ended_at=NOW)
        bring_a_bill(flat)

        operations.tell_bill_news(at=NOW)

        assert list_letters() == [OTHER]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("after", "goes_to"),
    [
        (timedelta(), HER_OWN),
        (timedelta(hours=23, minutes=59), HER_OWN),
        (timedelta(hours=24), OTHER),
    ],
)
def test_a_letter_goes_to_another_address_a_day_after_it_was_chosen(
    alices_flat: Link, boris: User, after: timedelta, goes_to: str
) -> None:
    choose(alices_flat)
    User.objects.filter(pk=boris.pk).update(email=OTHER)
    his = factories.LinkFactory(user=boris, account=alices_flat.account)
    operations.choose_bill_delivery(user=boris, link_id=his.pk, method="email", at=NOW)
    bring_a_bill(alices_flat)

    operations.tell_bill_news(at=NOW + after)

    assert list_letters() == [goes_to]


@pytest.mark.django_db
def test_a_choice_taken_back_writes_to_the_address_of_before(alices_flat: Link, boris: User) -> None:
    choose(alices_flat)
    User.objects.filter(pk=boris.pk).update(email=OTHER)
    his = factories.LinkFactory(user=boris, account=alices_flat.account, linked_at=NOW + timedelta(hours=1))
    operations.choose_bill_delivery(user=boris, link_id=his.pk, method="email", at=NOW)
    operations.withdraw_bill_delivery(user=alices_flat.user, link_id=alices_flat.pk, at=NOW + timedelta(hours=2))
    bring_a_bill(alices_flat)

    operations.tell_bill_news(at=NOW + timedelta(days=2))

    assert list_letters() == [HER_OWN]


@pytest.fixture
def town(transactional_db: None) -> None:
    """Ten thousand residents with a bill each; every second one chose letters."""
    supplier = factories.SupplierFactory()
    users = User.objects.bulk_create(User(phone=f"+7900{number:07d}", password="!") for number in range(MANY))
    groups = AccountGroup.objects.bulk_create(AccountGroup(user=user, name="Дом", created_at=NOW) for user in users)
    accounts = PersonalAccount.objects.bulk_create(
        PersonalAccount(supplier=supplier, number=f"018\\{n:08d}", digits=f"018{n:08d}", service="electricity")
        for n in range(MANY)
    )
    Link.objects.bulk_create(
        Link(user=user, account=account, group=group, proof="last_payment", linked_at=MONTH_AGO)
        for user, account, group in zip(users, accounts, groups, strict=True)
    )
    BillDelivery.objects.bulk_create(
        BillDelivery(account=account, user=user, method="email", email=f"u{user.pk}@mail.example", chosen_at=MONTH_AGO)
        for user, account in list(zip(users, accounts, strict=True))[::2]
    )
    newest = operations.get_newest_bills()
    template = factories.BillFactory.build(account=accounts[0])
    Bill.objects.bulk_create(
        Bill(
            account=account,
            supplier=supplier,
            number=f"B{account.pk}",
            period=template.period,
            issued_on=template.issued_on,
            due_on=template.due_on,
            charged=template.charged,
            amount_due=template.amount_due,
        )
        for account in accounts
    )
    promised = operations.promise_bill_news(supplier_id=supplier.pk, period=template.period, after=newest, at=NOW)
    assert promised == MANY


def tell_until(*, batches: int, kills: bool) -> int:
    """In a process of its own, killed with so many batches behind it, in the middle of the next; how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            for _ in range(batches):
                operations.tell_bill_news(at=NOW)
            if kills:
                news.notifications.queue_emails = lambda **_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
                operations.tell_bill_news(at=NOW)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_hear_in_batches_whoever_is_killed(town: None) -> None:
    """Killed within a batch it is as if that batch had not begun; between batches the next worker goes on."""
    for killed, told in ((2, 2000), (0, 2000), (3, 5000)):
        assert tell_until(batches=killed, kills=True) == -signal.SIGKILL
        assert BillNews.objects.untold().count() == MANY - told
        assert Notification.objects.count() == told

    with CaptureQueriesContext(
        connection,
    ) as batch:
        assert operations.tell_bill_news(at=NOW) == news.BATCH
    assert len(batch) <= 12, "however many are told, a batch is a handful of statements"
    while operations.tell_bill_news(at=NOW):
        pass

    assert Notification.objects.values("user").distinct().count() == Notification.objects.count() == MANY
    assert len(set(list_letters())) == len(list_letters()) == HALF
    assert operations.tell_bill_news(at=NOW) == 0
