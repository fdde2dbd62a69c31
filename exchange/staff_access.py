"""What staff may do with rows that only operations write: look."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format


class ReadOnlyAdmin:
    empty_words = "Здесь пока ничего нет."

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def name_period(period: str) -> str:
    """«октябрь 2026» of 2026-10; empty when the package does not say."""
    return date_format(date.fromisoformat(f"{period}-01"), "F\u00a0Y").lower() if period else ""


def name_moment(moment: datetime | None) -> str:
    """«23 ноября, 22:02» in the portal's time zone."""
    return date_format(timezone.localtime(moment), "j\u00a0E, H:i") if moment else ""
