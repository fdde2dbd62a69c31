"""What a device may keep so that the form of readings opens without a network: no more than the form needs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.crypto import salted_hmac

from accounts.models import User
from billing.calendar import name_day
from meters.cards import ReadingCard, ScaleRow

OWNER_SIGNS = 32


def make_owner_mark(user: User) -> str:
    """Tells a device whose readings it keeps, without saying who that is."""
    return salted_hmac("meters.offline", str(user.pk)).hexdigest()[:OWNER_SIGNS]


def make_draft_name(user: User) -> str:
    """Under which name a device keeps what this resident typed and did not send yet."""
    return f"readings-{make_owner_mark(user)}"


def describe_for_device(user: User, cards: Sequence[ReadingCard], on: date) -> dict[str, object]:
    """Names the resident gave, meters, scales and last values of the open cards; no address, no account number."""
    return {
        "owner": make_owner_mark(user),
        "seen": on.isoformat(),
        "cards": [_describe_card(card) for card in cards if card.is_open],
    }


def _describe_card(card: ReadingCard) -> dict[str, object]:
    return {
        "group": card.link.group.name,
        "title": card.link.alias or card.account.get_service_display(),
        "sub": f"{card.account.get_service_display()} · счётчик № {card.meter}",
        "cutOff": card.deadline.cut_off.isoformat() if card.deadline else "",
        "cutOffDay": name_day(card.deadline.cut_off) if card.deadline else "",
        "sent": card.sent is not None,
        "scales": [_describe_row(card, row) for row in card.rows],
    }


def _describe_row(card: ReadingCard, row: ScaleRow) -> dict[str, object]:
    return {
        "field": row.field_name,
        "name": row.scale.name,
        "hours": row.scale.hours.replace("-", "–"),
        "unit": row.scale.unit,
        "left": getattr(card.meter, "digits_left", None) or 6,
        "right": getattr(card.meter, "digits_right", None) or 0,
        "previous": _plain(row.previous),
        "previousDay": name_day(row.previous_on) if row.previous_on else row.said,
    }


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
