"""What a resident's calendar is written from."""

from datetime import date

from django.conf import settings
from django.urls import reverse

from accounts.hidden_past import shown_to_its_user
from accounts.models import User
from billing import queries as billing
from billing.balances import get_balance
from billing.models import Link, PersonalAccount, Service
from meters.calendar_feed import FeedAccount, FeedMeter
from meters.models import CalendarFeed, Meter
from meters.models.feeds import hash_token
from meters.queries.bases import get_installed_meters, takes_readings


def get_calendar_feed(user: User) -> CalendarFeed | None:
    """The resident's address that holds."""
    return CalendarFeed.objects.visible_to(user).first()


def get_feed_by_token(token: str) -> CalendarFeed:
    """With its resident. Raises: CalendarFeed.DoesNotExist for one that is revoked, of nobody, or of one shut out.

    An address from before a hidden past leads nowhere: its reader must not learn what whoever has the phone now links.
    """
    feeds = CalendarFeed.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
    feeds = feeds.filter(shown_to_its_user("created_at"))
    return feeds.get(token_hash=hash_token(token))


def get_feed_accounts(user: User, on: date) -> list[FeedAccount]:
    """The resident's personal accounts without number or address. Two statements for any number of them."""
    links = billing.get_links_with_newest(user)
    meters = get_installed_meters([link.account_id for link in links], on)
    found = []
    for link in links:
        account, own = link.account, meters.get(link.account_id, [])
        is_active = account.status == PersonalAccount.Status.ACTIVE
        takes = is_active and takes_readings(own) and any(meter.status == Meter.Status.ACTIVE for meter in own)
        balance = get_balance(link, on)
        found.append(
            FeedAccount(
                name=_name(link),
                supplier_id=account.supplier_id,
                calendar=account.supplier.reading_calendar,
                takes_readings=takes,
                is_billed=is_active,
                last_period=balance.bill.period if balance else None,
                last_due_on=balance.bill.due_on if balance else None,
                is_paid=balance is not None and balance.left <= 0,
                is_electricity=account.service == Service.ELECTRICITY,
                meters=tuple(
                    FeedMeter(meter.pk, meter.verified_until, _link_to("meters:meter_detail", meter.pk))
                    for meter in own
                    if meter.verified_until is not None and is_active
                ),
            )
        )
    return found


def _name(link: Link) -> str:
    """The resident's own word for it, or the service: never the number."""
    return link.alias or link.account.get_service_display()


def _link_to(name: str, *arguments: int) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"
