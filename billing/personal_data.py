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
    confirmed = Link.objects.visible_to(user).filter(account=OuterRef("pk")).exclude(address_confirmed_at=None)
    return PersonalAccount.objects.visible_to(user).annotate(is_address_confirmed=Exists(confirmed))


def _find_lines(user: User) -> QuerySet[BillLine]:
    return BillLine.objects.filter(bill__in=Bill.objects.visible_to(user))


def _hide_address(account: PersonalAccount) -> None:
    """As on the pages: masked until the resident has said that it is his (security.md A4)."""
    if not getattr(account, "is_address_confirmed", False):
        account.address = account.masked_address
