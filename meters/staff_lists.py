"""How staff page and narrow long lists."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.residents import staff_of
from billing import account_numbers, staff_scope
from meters.models import Installation, Meter, Submission
from meters.serials import normalise_serial

COUNTED, REACHED = 500, 5000
STAFF_NAMES: dict[str, str] = {Submission.Status.NEEDS_CONFIRMATION: "ждёт ответа жителя"}
"""Where the word a resident reads would be wrong at the desk."""
FINDINGS = {
    "first_reading": "первое показание",
    "very_high": "очень большой расход",
    "rollover": "переход через ноль",
    "high": "большой расход",
    "zones_swapped": "день и ночь местами",
    "lost_point": "сдвинулась запятая",
    "other_meter": "другой счётчик",
    "sum_mismatch": "сумма не сходится",
}
"""What the check asks about, as short as a list has room for."""


class CappedPaginator(Paginator[Any]):
    """Counts `reach` rows and no further: a list of millions costs as much as one of hundreds."""

    reach = COUNTED

    @cached_property
    def found(self) -> int:
        """At most one more than `reach`. Nothing is read of the rows, so that an index alone can answer."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        found: int = rows.order_by().annotate(one=Value(1)).values("one")[: self.reach + 1].count()
        return found

    @cached_property
    def count(self) -> int:
        return min(self.found, self.reach)

    @property
    def has_more(self) -> bool:
        return self.found > self.reach


class LongListAdmin(admin.ModelAdmin[Any]):
    """A list whose rows are counted only some pages ahead of the one that is looked at."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> CappedPaginator:
        paginator = CappedPaginator(queryset, per_page, orphans, allow_empty_first_page)
        asked = request.GET.get(PAGE_VAR, "")
        page = int(asked) if asked.isdecimal() else 1
        paginator.reach = min((page - 1) * per_page + COUNTED, REACHED)
        return paginator


class SupplierFilter(admin.RelatedFieldListFilter):
    """The suppliers one works for: which of them have rows at all would be asked of millions of rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "Поставщик"

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(row.pk), str(row)) for row in staff_scope.get_suppliers(staff_of(request))]


class ReviewFilter(admin.SimpleListFilter):
    """Without a choice: what waits for a decision of staff."""

    title = "Очередь"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = [(str(value), STAFF_NAMES.get(str(value), str(label))) for value, label in Submission.Status.choices]
        return [*named, ("all", "все")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "ждут решения"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        if self.value() == "all":
            return queryset
        if self.value():
            return queryset.filter(status=self.value())
        return queryset.filter(needs_review=True)


class AgeFilter(admin.SimpleListFilter):
    """How long it waits."""

    title = "Ждут"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "больше дня"), ("3", "больше трёх дней"), ("7", "больше недели")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        if self.value() not in ("1", "3", "7"):
            return queryset
        return queryset.filter(submitted_at__lt=timezone.now() - timedelta(days=int(self.value() or 0)))


class FindingFilter(admin.SimpleListFilter):
    """What the check found."""

    title = "Что найдено"
    parameter_name = "finding"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(FINDINGS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        return queryset.filter(findings__contains=[{"code": self.value()}]) if self.value() else queryset


def find_meters(rows: QuerySet[Any], typed: str, path_to_meter: str) -> QuerySet[Any]:
    """By the number on the case, the registration, or the personal account; each has its index, none doubles a row."""
    if not typed.strip():
        return rows
    digits = account_numbers.normalise_number(typed)
    wanted = Q(registration=typed.strip())
    if serial := normalise_serial(typed):
        wanted |= Q(serial_key=serial)
    if digits:
        wanted |= Q(pk__in=Installation.objects.filter(account__digits=digits).values("meter_id"))
    found = Meter.objects.filter(wanted).values("pk")
    return rows.filter(**{f"{path_to_meter}pk__in": found})
