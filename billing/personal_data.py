"""What a copy of personal data tells of linked personal accounts (`settings.DATA_EXPORT_PARTS`)."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.privacy.personal_data import Part
from billing.models import Bill, BillLine, Link, Payment, PersonalAccount


def get_parts() -> list[Part]:
    return [
        Part(PersonalAccount, _find_accounts, hide=_hide_address),
        Part(Bill, Bill.objects.visible_to),
        Part(BillLine, _find_lines),
        Part(Payment, Payment.objects.visible_to),
    ]


def _find_accounts(user: User) -> QuerySet[PersonalAccount]:
    full = Link.objects.visible_to(user).full().filter(account=OuterRef("pk"))
    confirmed = full.exclude(address_confirmed_at=None)
    accounts = PersonalAccount.objects.visible_to(user)
    return accounts.annotate(is_full=Exists(full), is_address_confirmed=Exists(confirmed))


def _find_lines(user: User) -> QuerySet[BillLine]:
    return BillLine.objects.visible_to(user)


def _hide_address(account: PersonalAccount) -> None:
    """As on the pages: masked until the resident has said that it is his (security.md A4)."""
    if not getattr(account, "is_address_confirmed", False):
        account.address = account.masked_address
    if not getattr(account, "is_full", False):
        account.els = ""
