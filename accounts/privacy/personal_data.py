"""All rows about a user, found by introspection: a table that points at users is in the copy without being named.

What the supplier's registries say of his personal accounts comes from the floors that keep them: each path in
`settings.DATA_EXPORT_PARTS` gives a list of `Part`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from accounts.models import DataExport, User

# What one of the staff did at work is no fact about him as a resident; rows of residents reach them as children.
ACTS_AT_WORK = re.compile(r"assigned_to|staff|by|\w+_by")
MACHINERY = {"admin.LogEntry", DataExport._meta.label}
SECRETS = {"content", "key", "network", "nonce", "password", "session", "target", "token"}
PROFILE = ("phone", "email", "name", "created_at", "last_login")

Row = dict[str, object]
Way = tuple[type[models.Model], str]


@dataclass(frozen=True)
class Part:
    """One table of the copy. `rows` are the user's; `hide` takes out of a row, unsaved, what he may not see yet."""

    model: type[models.Model]
    rows: Callable[[User], "models.QuerySet[Any]"]
    hide: Callable[[Any], None] | None = None

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    @property
    def fields(self) -> "list[models.Field[Any, Any]]":
        return [field for field in self.model._meta.concrete_fields if _is_told(field)]

    def load(self, user: User) -> list[models.Model]:
        related = [field.name for field in self.fields if field.is_relation]
        rows = list(self.rows(user).select_related(*related).order_by("pk").distinct())
        if self.hide is not None:
            for row in rows:
                self.hide(row)
        return rows

    def tell(self, rows: Iterable[models.Model]) -> list[Row]:
        return [{field.name: _tell(getattr(row, field.name)) for field in self.fields} for row in rows]


def get_parts() -> list[Part]:
    """Every table whose rows belong to a user, the tables whose rows belong to those, and what the supplier keeps."""
    # A report's thread is told whole, with the answers, not only what its owner wrote: the way of a child counts.
    ways = dict(find_ways())
    own = [Part(model, partial(_find_rows, model, path)) for model, path in ways.items()]
    own.sort(key=lambda part: part.model._meta.label)
    suppliers = [part for path in settings.DATA_EXPORT_PARTS for part in import_string(path)()]
    return [part for part in [*own, *suppliers] if _has_facts(part.model)]


def find_ways() -> list[Way]:
    """(table, way to the user) of rows that belong to users, then of rows that belong to those rows."""
    owned = list(_find_owned())
    children = [
        (child, f"{field.name}__{path}")
        for model, path in owned
        for child, field in _find_children(model)
        if child._meta.label not in MACHINERY
    ]
    return owned + children


def get_profile(user: User) -> Row:
    return {name: _tell(getattr(user, name)) for name in PROFILE}


def is_owner(field: "models.Field[object, object]") -> bool:
    """True for a key that says whose the row is."""
    return (
        isinstance(field, models.ForeignKey)
        and field.related_model is User
        and not ACTS_AT_WORK.fullmatch(field.name)
        and field.model._meta.label not in MACHINERY
    )


def _find_owned() -> Iterator[Way]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if is_owner(field):
                yield model, field.name


def _find_children(model: type[models.Model]) -> Iterator[tuple[type[models.Model], "models.Field[object, object]"]]:
    for child in apps.get_models():
        for field in child._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.related_model is not model or field.null:
                continue
            if field.remote_field.on_delete is models.CASCADE:
                yield child, field


def _find_rows(model: type[models.Model], path: str, user: User) -> "models.QuerySet[Any]":
    return model._default_manager.filter(**{path: user})


def _has_facts(model: type[models.Model]) -> bool:
    return any(_is_told(field) and not field.is_relation for field in model._meta.concrete_fields)


def _is_told(field: "models.Field[object, object]") -> bool:
    return not (
        field.primary_key
        or isinstance(field, models.BinaryField | models.FileField | models.UUIDField)
        or field.name in SECRETS
        or "hash" in field.name
        or (isinstance(field, models.ForeignKey) and field.related_model is User)
    )


def _tell(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if value is None or isinstance(value, bool | int | float | dict | list):
        return value
    return str(value)
