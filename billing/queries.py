"""What may be read of billing. Residents' rows come only through `visible_to`; the rest is public or asked by id."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.db.models import FilteredRelation, Q, QuerySet, prefetch_related_objects
from django.utils.module_loading import import_string

from accounts.models import User
from billing.models import (
    AccountGroup,
    Bill,
    BillDelivery,
    BillLine,
    Branch,
    Link,
    LinkRequest,
    Payment,
    PersonalAccount,
    Supplier,
    Tariff,
)
from billing.models.links import LinkQuerySet

PAGE = 24
Row = TypeVar("Row", Bill, Payment)


def get_links(user: User) -> list[Link]:
    """The resident's personal accounts, by group (oldest first) and then by time of linking. One statement."""
    return list(_links(user).order_by("group_id", "linked_at", "pk"))


def get_links_with_newest(user: User) -> list[Link]:
    """The same, each with `newest_bill`, `paid_after` and `delivery`. One statement."""
    return list(_links(user).with_newest().order_by("group_id", "linked_at", "pk"))


def get_links_to_arrange(user: User, at: datetime) -> tuple[list[Link], Link | None]:
    """The same, and what the resident unlinked a moment ago and can take back. One statement."""
    rows = Link.objects.visible_to(user) | Link.objects.undoable_by(user, at=at)
    rows = rows.select_related("account__supplier", "group").with_newest()
    found = list(rows.order_by("group_id", "linked_at", "pk"))
    links = [link for link in found if link.ended_at is None]
    taken = {link.account_id for link in links}
    ended = {link.ended_at: link for link in found if link.ended_at and link.account_id not in taken}
    return links, ended[max(ended)] if ended else None


def get_link(user: User, pk: int) -> Link:
    """With `newest_bill`, `paid_after` and `delivery`. Raises: Link.DoesNotExist for a stranger's."""
    return _links(user).with_newest().get(pk=pk)


def _links(user: User) -> LinkQuerySet:
    return Link.objects.visible_to(user).select_related("account__supplier", "group")


def get_groups(user: User) -> list[AccountGroup]:
    return list(AccountGroup.objects.visible_to(user).order_by("pk"))


def get_group(user: User, pk: int) -> AccountGroup:
    """Raises: AccountGroup.DoesNotExist for a stranger's."""
    return AccountGroup.objects.visible_to(user).get(pk=pk)


def get_pending_requests(user: User) -> list[LinkRequest]:
    return list(LinkRequest.objects.visible_to(user).pending().select_related("supplier").order_by("pk"))


def get_other_holders(link: Link) -> list[Link]:
    """Who else sees the same personal account, earliest first; a reduced link does not tell."""
    if link.is_reduced:
        return []
    others = Link.objects.filter(account_id=link.account_id, ended_at=None).exclude(pk=link.pk)
    return list(others.select_related("user").order_by("linked_at", "pk"))


def get_deliveries_in_force(account_ids: Collection[int], *, at: datetime) -> dict[int, BillDelivery]:
    """By which the bills of each personal account go now, when one of its holders chose something. One statement."""
    choices = BillDelivery.objects.in_force(at).of_holders()
    newest = choices.filter(account_id__in=account_ids).order_by("account_id", "-id")
    return {row.account_id: row for row in newest.distinct("account_id")}


def get_accounts_taking_readings(account_ids: Collection[int], on: date) -> Collection[int]:
    """Which personal accounts have a meter to read. Asked of the floor above by `settings.ACCOUNTS_TAKING_READINGS`."""
    ready: Collection[int] = import_string(settings.ACCOUNTS_TAKING_READINGS)(account_ids, on)
    return ready


def get_scale_names(account_ids: Collection[int]) -> dict[tuple[int, str, str], str]:
    """What suppliers call their scales, by (supplier id, service, code). Asked of `settings.SCALE_NAMES`."""
    names: dict[tuple[int, str, str], str] = import_string(settings.SCALE_NAMES)(account_ids)
    return names


def get_last_bills(account_ids: Collection[int], *, visible_to: User | None = None) -> dict[int, Bill]:
    """The latest bill of each personal account that has one. For a resident say who it is. One statement."""
    bills = Bill.objects.visible_to(visible_to) if visible_to else Bill.objects.all()
    newest = bills.filter(account_id__in=account_ids).order_by("account_id", "-period", "-id")
    return {bill.account_id: bill for bill in newest.distinct("account_id")}


def has_bill(account_id: int, period: date) -> bool:
    """Whether the bill of a month has come. One statement."""
    return Bill.objects.filter(account_id=account_id, period=period).exists()


def get_last_bill_lines(account_ids: Collection[int], *, visible_to: User | None = None) -> dict[int, list[BillLine]]:
    """The lines of the latest bill of each personal account, each with `.bill`. For a resident say who it is.

    One statement.
    """
    bills = Bill.objects.visible_to(visible_to) if visible_to else Bill.objects.all()
    newest = (
        bills.filter(account_id__in=account_ids)
        .order_by("account_id", "-period", "-id")
        .distinct("account_id")
        .values("pk")
    )
    lines: dict[int, list[BillLine]] = {}
    for line in BillLine.objects.filter(bill__in=newest).select_related("bill").order_by("bill_id", "pk"):
        lines.setdefault(line.bill.account_id, []).append(line)
    return lines


def get_bill_lines(user: User, account_ids: Collection[int], since: date) -> list[BillLine]:
    """Lines of all bills since a month, with `.bill`, newest bill first: what a history of readings is set beside."""
    lines = BillLine.objects.visible_to(user).filter(bill__account_id__in=account_ids, bill__period__gte=since)
    return list(lines.select_related("bill").order_by("-bill__period", "-bill_id", "pk"))


def get_lines_of_months(months: Collection[tuple[int, date]]) -> list[BillLine]:
    """Lines of the bills of exactly these (personal account, month), with `.bill`; those of a later bill come last."""
    wanted = set(months)
    lines = BillLine.objects.filter(
        bill__account_id__in={account_id for account_id, _ in wanted}, bill__period__in={month for _, month in wanted}
    )
    found = lines.select_related("bill").order_by("bill_id", "pk")
    return [line for line in found if (line.bill.account_id, line.bill.period) in wanted]


def get_bill(user: User, public_id: UUID) -> tuple[Bill, Link]:
    """With its lines, and the link by which it is seen, with its newest. Two statements.

    Raises: Bill.DoesNotExist for a stranger's.
    """
    asked = {"bill": FilteredRelation("account__bills", condition=Q(account__bills__public_id=public_id))}
    links = _links(user).full().with_newest().filter(account__bills__public_id=public_id)
    link = links.annotate(**asked).select_related(*asked).first()
    if link is None:
        raise Bill.DoesNotExist
    bill: Bill = cast(Any, link).bill
    bill.account = link.account
    prefetch_related_objects([bill], "lines")
    return bill, link


def get_bills(
    user: User, *, account_id: int | None = None, before: tuple[date, int] | None = None
) -> tuple[list[Bill], tuple[date, int] | None]:
    """One page, newest first, and the key of the next (period, id) when there is more."""
    bills = Bill.objects.visible_to(user).select_related("account__supplier")
    if account_id is not None:
        bills = bills.filter(account_id=account_id)
    if before:
        bills = bills.filter(Q(period__lt=before[0]) | Q(period=before[0], pk__lt=before[1]))
    page, more = _cut(bills.order_by("-period", "-id"))
    return page, (page[-1].period, page[-1].pk) if more else None


def get_payments(
    user: User, *, account_id: int | None = None, before: tuple[date, int] | None = None
) -> tuple[list[Payment], tuple[date, int] | None]:
    """One page, newest first, and the key of the next (paid_on, id) when there is more."""
    payments = Payment.objects.visible_to(user).select_related("account__supplier")
    if account_id is not None:
        payments = payments.filter(account_id=account_id)
    if before:
        payments = payments.filter(Q(paid_on__lt=before[0]) | Q(paid_on=before[0], pk__lt=before[1]))
    page, more = _cut(payments.order_by("-paid_on", "-id"))
    return page, (page[-1].paid_on, page[-1].pk) if more else None


def _cut(rows: QuerySet[Row]) -> tuple[list[Row], bool]:
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def get_last_payments(user: User, account_ids: Collection[int]) -> dict[int, Payment]:
    """The newest payment of each personal account that has one. One statement."""
    newest = (
        Payment.objects.visible_to(user).filter(account_id__in=account_ids).order_by("account_id", "-paid_on", "-id")
    )
    return {payment.account_id: payment for payment in newest.distinct("account_id")}


def get_branch_for(account: PersonalAccount) -> Branch | None:
    """The supplier's office with the longest prefix of the number; the empty prefix takes the rest."""
    return choose_branch(account, get_branches([account.supplier_id]))


def choose_branch(account: PersonalAccount, branches: Iterable[Branch]) -> Branch | None:
    """The same out of branches at hand."""
    fitting = [
        branch
        for branch in branches
        if branch.supplier_id == account.supplier_id
        and (account.number.startswith(branch.prefix) or account.digits.startswith(branch.prefix))
    ]
    return max(fitting, key=lambda branch: len(branch.prefix), default=None)


def get_branches(supplier_ids: Collection[int]) -> list[Branch]:
    branches = Branch.objects.filter(supplier_id__in=supplier_ids).select_related("supplier")
    return list(branches.order_by("supplier__name", "prefix"))


def get_suppliers() -> list[Supplier]:
    return list(Supplier.objects.order_by("name"))


def get_tariffs(supplier_ids: Collection[int], on: date) -> list[Tariff]:
    """Prices in force on a day: of each zone and range the newest that has begun. Roubles a unit. One statement."""
    begun = Tariff.objects.filter(supplier_id__in=supplier_ids, valid_from__lte=on).select_related("supplier")
    keys = ("supplier_id", "service", "code", "range_from")
    newest = begun.order_by(*keys, "-valid_from").distinct(*keys)
    latest: dict[tuple[int, str, str], date] = {}
    rows = list(newest)
    for row in rows:
        zone = (row.supplier_id, row.service, row.code)
        latest[zone] = max(latest.get(zone, row.valid_from), row.valid_from)
    return [row for row in rows if row.valid_from == latest[row.supplier_id, row.service, row.code]]


def get_tariff_history(supplier_ids: Collection[int]) -> list[Tariff]:
    """Every price, newest first within its supplier and service; roubles a unit."""
    tariffs = Tariff.objects.filter(supplier_id__in=supplier_ids).select_related("supplier")
    return list(tariffs.order_by("supplier__name", "service", "-valid_from", "code", "range_from"))
