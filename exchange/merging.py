"""A `Merge` says in SQL how the staged columns of one file become the columns of one model.

In its expressions `s` is the staged row, `:supplier` the primary key of the supplier, `:code` its code, `:today` the
day the package was made, `:seed` a secret of this import.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from secrets import token_hex
from typing import Any

from django.db import models

from exchange.layouts import Layout
from exchange.pump import Staged

_NAMES = re.compile(r":(?:supplier|code|today|seed)\b")


@dataclass(frozen=True)
class Rule:
    """A row for which `broken` holds is refused. `refers_to` is the file that should have brought what is missing."""

    column: str
    broken: str
    reason: str
    refers_to: str = ""


@dataclass(frozen=True)
class Merge:
    """`key` and `values` map fields of the model to SQL; a value may name the staged column it depends on.

    `bounded_by` is a column of the key and its SQL, which may need `bounded_joins`: partitions that hold none of the
    values between the least and the greatest of the file need not be compared.
    """

    layout: Layout
    model: type[models.Model]
    key: dict[str, str]
    values: dict[str, str]
    joins: str = ""
    rules: tuple[Rule, ...] = ()
    from_columns: dict[str, str] = field(default_factory=dict)
    on_insert: dict[str, str] = field(default_factory=dict)
    nullable_key: frozenset[str] = frozenset()
    order_by: str = "s.row"
    bounded_by: tuple[str, str] | None = None
    bounded_joins: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def found(self) -> str:
        """The table of rows that are new, differ, or break a rule: `row`, `standing` (the id of the row that stands),
        `broken` (the number of the rule), and the columns to be written."""
        return self.layout.stage.replace("stage_", "found_", 1)

    def column(self, name: str) -> str:
        return str(self.model._meta.get_field(name).column)  # type: ignore[union-attr]

    def named_values(self, staged: Staged) -> list[str]:
        """The fields this file speaks of: what its header does not name stays as it is."""
        return [name for name in self.values if self.from_columns.get(name, name) in staged.columns]

    @property
    def written(self) -> dict[str, str]:
        """All columns of a new row with their SQL."""
        return {self.column(name): sql for name, sql in (self.key | self.values | self.on_insert).items()}


@dataclass(frozen=True)
class Scope:
    supplier_id: int
    supplier_code: str
    today: date
    seed: str = field(default_factory=lambda: token_hex(32))

    def bind(self, statement: str) -> tuple[str, list[Any]]:
        known = {":supplier": self.supplier_id, ":code": self.supplier_code, ":today": self.today, ":seed": self.seed}
        return _NAMES.sub("%s", statement), [known[name] for name in _NAMES.findall(statement)]


@dataclass(frozen=True)
class Found:
    """Rows in the table of what was found, and how many of them have one that stands."""

    rows: int
    standing: int

    @property
    def new(self) -> int:
        return self.rows - self.standing


@dataclass(frozen=True)
class Written:
    added: int
    changed: int
