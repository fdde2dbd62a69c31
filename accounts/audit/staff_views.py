"""Who of the staff looked at whose data: a row for each resident concerned, who may read it (security.md T23, S16)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import limits
from accounts.audit.alarms import Alarm, raise_alarm
from accounts.audit.kinds import Kind, Result
from accounts.audit.models import SecurityEvent
from accounts.audit.reason_pages import ask_reason
from accounts.audit.reasons import give_reason, has_reason
from accounts.audit.recording import make_harmless, record_event
from accounts.audit.roles import get_role
from accounts.models import User
from accounts.residents import staff_of

EXPORTS = limits.Limit("staff-exports-hour", 30, limits.HOUR, "one of the staff cannot carry everything away")


class TooManyStaffExports(Exception):
    def __init__(self) -> None:
        super().__init__("За час скачано слишком много файлов. Подождите или попросите коллегу.")


def record_view(
    *, staff: User, page: str, people: Iterable[int] = (), supplier: str = "", at: datetime, **figures: int
) -> None:
    """`people` are the residents (ids) whose data stand on the page; `page` says in Russian what was looked at.

    A page about nobody in particular, such as a list, is one row without a resident. More than
    `STAFF_VIEWS_PER_HOUR` in an hour is an alarm.
    """
    told = {"page": make_harmless(page), "role": get_role(staff), "supplier": make_harmless(supplier), **figures}
    for person in dict.fromkeys(people) or [None]:
        record_event(Kind.STAFF_VIEW, user=person, staff=staff, figures=told, at=at)
    views = SecurityEvent.objects.filter(staff=staff, kind=Kind.STAFF_VIEW, happened_at__gt=at - limits.HOUR).count()
    if views > settings.STAFF_VIEWS_PER_HOUR:
        raise_alarm(Alarm.STAFF_VIEWS, staff=staff.pk, views=views, at=at)


def record_export(*, staff: User, page: str, rows: int, supplier: str = "", at: datetime) -> None:
    """One of the staff takes a file. Raises TooManyStaffExports."""
    told = {"page": make_harmless(page), "role": get_role(staff), "supplier": make_harmless(supplier), "rows": rows}
    if not limits.consume(EXPORTS, str(staff.pk), at=at):
        record_event(Kind.STAFF_EXPORT, staff=staff, result=Result.LIMITED, figures=told, at=at)
        raise TooManyStaffExports
    record_event(Kind.STAFF_EXPORT, staff=staff, figures=told, at=at)


class WatchedAdmin(ModelAdmin[Any]):
    """Its pages are recorded as they are shown: a row itself for the residents concerned, a list for nobody.

    A page that is found by looking around asks for a reason first. A piece of work that names its resident, as a
    report does, is one: `is_reason` says what it is called, and it holds for what is opened from there.
    """

    is_reason = ""

    def asks_reason(self, row: Any) -> bool:
        """Whether the supplier wants one."""
        return False

    def get_people(self, row: Any) -> Iterable[int]:
        """Ids of the residents whose data the row is."""
        return ()

    def get_supplier_name(self, row: Any) -> str:
        return ""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Those that draw a row themselves are work, or ask by `ask_reason_for`."""
        row = self.get_object(request, unquote(object_id))
        may_view = row is not None and self.has_view_or_change_permission(request, row)
        if may_view and (asked := self.ask_reason_for(request, row)):
            return asked
        return super().change_view(request, object_id, form_url, extra_context)

    def ask_reason_for(self, request: HttpRequest, row: Any) -> HttpResponse | None:
        """The page to show instead; None when nothing has to be asked."""
        if not self.asks_reason(row):
            return None
        people = [*self.get_people(row)]
        supplier = self.get_supplier_name(row)
        return ask_reason(request, site=self.admin_site, opts=self.opts, people=people, supplier=supplier)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        changelist = (getattr(answer, "context_data", None) or {}).get("cl")
        if isinstance(answer, TemplateResponse) and changelist is not None:
            rows, page = len(changelist.result_list), str(self.opts.verbose_name_plural)
            record_view(staff=staff_of(request), page=page, rows=rows, at=timezone.now())
        return answer

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            self.record_view_of(request, obj)
        return super().render_change_form(request, context, add=add, change=change, form_url=form_url, obj=obj)

    def record_view_of(self, request: HttpRequest, row: Any) -> None:
        """For pages that draw a row themselves."""
        staff, people, supplier = staff_of(request), [*self.get_people(row)], self.get_supplier_name(row)
        at = timezone.now()
        if self.is_reason and people and not has_reason(staff=staff, people=people, at=at):
            give_reason(staff=staff, people=people, reason=self.is_reason, supplier=supplier, at=at)
        page = str(self.opts.verbose_name)
        record_view(staff=staff, page=page, people=people, supplier=supplier, at=at, row=row.pk)
