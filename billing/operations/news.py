"""«Пришёл счёт за октябрь»: the residents of a new bill hear of it, at the bell and by letter where they chose so."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse

from billing import queries
from billing.models import Bill, BillDelivery, BillNews, Link
from billing.partitions import FIRST_BLOCK_ID
from notifications import operations as notifications

BATCH = 1000
OLDEST_NEWS = timedelta(days=100)
"""A bill whose month began before that is history that was loaded, not news."""
EVENT = "billing/bill_arrived"
_PROMISE = """
INSERT INTO billing_billnews (user_id, account_id, number, period, promised_at)
SELECT link.user_id, bill.account_id, bill.number, bill.period, %(at)s
FROM billing_bill bill
JOIN billing_link link ON link.account_id = bill.account_id AND link.ended_at IS NULL AND NOT link.is_reduced
WHERE (bill.id > %(everyday)s AND bill.id < %(loads_from)s OR bill.id > %(load)s)
    AND bill.supplier_id = %(supplier)s AND bill.period = %(period)s
ORDER BY link.user_id, bill.account_id
ON CONFLICT DO NOTHING
"""
_Place = tuple[int, str]
"""Personal account, number of the bill."""


class NewestBills(NamedTuple):
    """The highest ids of bills: of those written one by one, and of those of large loads, which are higher still."""

    everyday: int
    load: int


def get_newest_bills() -> NewestBills:
    """Bills that come after this moment have higher ids than the newest of their kind."""
    everyday = Bill.objects.filter(pk__lt=FIRST_BLOCK_ID).aggregate(newest=Max("pk"))["newest"]
    load = Bill.objects.filter(pk__gte=FIRST_BLOCK_ID).aggregate(newest=Max("pk"))["newest"]
    return NewestBills(everyday or 0, load or FIRST_BLOCK_ID - 1)


def promise_bill_news(*, supplier_id: int, period: date, after: NewestBills, at: datetime) -> int:
    """News of the bills of one month newer than `after`, for all who see their accounts. One statement.

    In the transaction that brings the bills: they and the promise are seen together. How many were promised.
    """
    if period < (at - OLDEST_NEWS).date():
        return 0
    with connection.cursor() as cursor:
        known = after._asdict() | {"loads_from": FIRST_BLOCK_ID}
        cursor.execute(_PROMISE, known | {"at": at, "supplier": supplier_id, "period": period})
        promised: int = cursor.rowcount
    return promised


@transaction.atomic(durable=True)
def tell_bill_news(*, at: datetime, limit: int = BATCH) -> int:
    """Tell the next residents of their bills; how many rows were settled, 0 at the end.

    Safe to call at any time, by any number of workers: who is told is marked in the same transaction. Whoever may no
    longer see the account is not told. News of a link of a hidden past (security.md T11) waits at the bell until its
    owner is recognised; letters go where `queries.get_deliveries_in_force` says, to a new address after a day (T30).
    """
    waiting = BillNews.objects.untold().order_by("pk").select_for_update(skip_locked=True, of=("self",))
    news = list(waiting.select_related("user", "account")[:limit])
    if not news:
        return 0
    accounts = {row.account_id for row in news}
    links = _get_links(accounts)
    bills = _get_bills(news)
    known = [row for row in news if (row.user_id, row.account_id) in links and (row.account_id, row.number) in bills]
    bells = []
    for row in known:
        bill = bills[row.account_id, row.number]
        link = links[row.user_id, row.account_id]
        url = reverse("billing:bill_detail", args=[bill.public_id])
        bells.append(notifications.News(row.user, {"bill": bill, "title": link.title}, url, link.linked_at))
    notifications.notify_all(event=EVENT, news=bells, at=at)
    _queue_letters([bills[place] for place in dict.fromkeys((row.account_id, row.number) for row in known)], at)
    BillNews.objects.filter(pk__in=[row.pk for row in news]).update(told_at=at)
    return len(news)


def _get_links(account_ids: set[int]) -> dict[tuple[int, int], Link]:
    """The standing links by resident and account that show bills."""
    links = Link.objects.full().filter(account_id__in=account_ids, ended_at=None).select_related("account")
    return {(link.user_id, link.account_id): link for link in links}


def _get_bills(news: Sequence[BillNews]) -> dict[_Place, Bill]:
    bills = Bill.objects.filter(
        account_id__in={row.account_id for row in news}, period__in={row.period for row in news}
    ).select_related("account__supplier")
    return {(bill.account_id, bill.number): bill for bill in bills}


def _queue_letters(bills: Sequence[Bill], at: datetime) -> None:
    """One letter for each bill, to the address that a holder of its account chose."""
    deliveries = queries.get_deliveries_in_force({bill.account_id for bill in bills}, at=at)
    letters = []
    for bill in bills:
        chosen = deliveries.get(bill.account_id)
        if chosen is None or chosen.method == BillDelivery.Method.PAPER:
            continue
        url = f"{settings.PUBLIC_URL}{reverse('billing:bill_detail', args=[bill.public_id])}"
        key = f"bill-arrived:{bill.account_id}:{bill.number}"
        letters.append(notifications.Letter(chosen.email, {"bill": bill, "url": url}, key))
    notifications.queue_emails(event=EVENT, letters=letters, at=at)
