"""How staff narrow the queue."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from support.models import ErrorReport
from support.queries import OPEN


class StateFilter(admin.SimpleListFilter):
    """Without a choice: what is not settled."""

    title = "Состояние"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((str(value), str(label)) for value, label in ErrorReport.Status.choices), ("all", "все")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "открытые"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[ErrorReport]) -> QuerySet[ErrorReport]:
        if self.value() == "all":
            return queryset
        return queryset.filter(status__in=[self.value()] if self.value() else OPEN)


class HolderFilter(admin.SimpleListFilter):
    title = "Кто занимается"
    parameter_name = "holder"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "я"), ("nobody", "никто"), ("others", "коллеги")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ErrorReport]) -> QuerySet[ErrorReport]:
        match self.value():
            case "me":
                return queryset.filter(assigned_to=request.user.pk)
            case "nobody":
                return queryset.filter(assigned_to=None)
            case "others":
                return queryset.exclude(assigned_to=None).exclude(assigned_to=request.user.pk)
        return queryset


class AgeFilter(admin.SimpleListFilter):
    title = "Сколько ждёт"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "больше суток"), ("3", "больше трёх дней"), ("10", "больше десяти дней")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ErrorReport]) -> QuerySet[ErrorReport]:
        days = self.value()
        if days not in ("1", "3", "10"):
            return queryset
        return queryset.filter(created_at__lt=timezone.now() - timedelta(days=int(days)))
