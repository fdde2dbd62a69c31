# ruff: noqa: S608 (names of tables and columns are constants of the code, never of a package)
"""From a temporary table into the portal's tables, by whole sets: first the differences, then only they are written.

A `Merge` says in SQL how the staged columns of one file become the columns of one model. In its expressions `s` is
the staged row, `:supplier` the primary key of the supplier, `:code` its code, `:today` the day the package was made.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, models

from exchange.layouts import Layout
from exchange.pump import PackageHeld, Staged
from exchange.rejects import MOST_KEPT, Reject, Rejects

_NAMES = re.compile(r":(?:supplier|code|today)\b")


@dataclass(frozen=True)
class Rule:
    """A row for which `broken` holds is refused. `refers_to` is the file that should have brought what is missing."""

    column: str
    broken: str
    reason: str
    refers_to: str = ""


@dataclass(frozen=True)
class Merge:
    """`key` and `values` map fields of the model to SQL; a value may name the staged column it depends on."""

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

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def column(self, name: str) -> str:
        return str(self.model._meta.get_field(name).column)  # type: ignore[union-attr]

    def named_values(self, staged: Staged) -> list[str]:
        """The fields this file speaks of: what its header does not name stays as it is."""
        return [name for name in self.values if self.from_columns.get(name, name) in staged.columns]


@dataclass(frozen=True)
class Scope:
    supplier_id: int
    supplier_code: str
    today: date

    def bind(self, statement: str) -> tuple[str, list[Any]]:
        known = {":supplier": self.supplier_id, ":code": self.supplier_code, ":today": self.today}
        return _NAMES.sub("%s", statement), [known[name] for name in _NAMES.findall(statement)]


@dataclass(frozen=True)
class Written:
    added: int
    changed: int


def refuse_doubles(staged: Staged, rejects: Rejects) -> None:
    """Of rows with one key the first is taken; a later one is refused unless it says the same."""
    layout = staged.layout
    key = ", ".join(layout.key)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {layout.stage} GROUP BY {key} HAVING count(*) > 1 LIMIT 1")
        if cursor.fetchone() is None:
            return
        cursor.execute(f"DROP TABLE IF EXISTS doubles_{layout.stage}")
        content = ", ".join(f"{{0}}.{column.name}" for column in layout.columns)
        cursor.execute(
            f"CREATE TEMPORARY TABLE doubles_{layout.stage} ON COMMIT DROP AS "
            f"SELECT w.row, ROW({content.format('s')}) IS DISTINCT FROM ROW({content.format('f')}) AS differs "
            f"FROM (SELECT row, first_value(row) OVER (PARTITION BY {key} ORDER BY row) AS first_row "
            f"FROM {layout.stage}) w JOIN {layout.stage} s ON s.row = w.row "
            f"JOIN {layout.stage} f ON f.row = w.first_row WHERE w.row <> w.first_row"
        )
    shown = " || ' ' || ".join(f"coalesce(s.{name}::text, '')" for name in layout.key)
    rule = Rule(layout.key[0], "d.differs", "такой ключ уже был в файле, а содержание другое")
    _refuse(staged, f"JOIN doubles_{layout.stage} d ON d.row = s.row", (rule,), shown, rejects)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {layout.stage} s USING doubles_{layout.stage} d WHERE d.row = s.row")


def refuse_broken(merge: Merge, staged: Staged, files: set[str], scope: Scope, rejects: Rejects) -> None:
    """Raises `PackageHeld` when nothing a file refers to is known and the file that should bring it not in `files`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {merge.layout.stage}")
        (staged_rows,) = cursor.fetchone()
    for rule in merge.rules:
        joins, parameters = scope.bind(merge.joins)
        broken, more = scope.bind(rule.broken)
        shown = f"coalesce(s.{rule.column}::text, '')"
        bound = Rule(rule.column, broken, rule.reason)
        refused = _refuse(staged, joins, (bound,), shown, rejects, [*parameters, *more])
        if rule.refers_to and rule.refers_to not in files and refused and refused == staged_rows:
            raise PackageHeld(f"Нет файла {rule.refers_to}, а {merge.layout.file} на него ссылается.", "missing_file")


def _refuse(
    staged: Staged,
    joins: str,
    rules: tuple[Rule, ...],
    shown: str,
    rejects: Rejects,
    parameters: list[Any] | None = None,
) -> int:
    layout = staged.layout
    refused = 0
    for rule in rules:
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH bad AS (SELECT s.row, left({shown}, 200) AS value FROM {layout.stage} s {joins} "
                f"WHERE {rule.broken}), gone AS (DELETE FROM {layout.stage} s USING bad WHERE s.row = bad.row "
                f"RETURNING bad.row, bad.value) "
                f"SELECT row, value, count(*) OVER () FROM gone ORDER BY row LIMIT {MOST_KEPT}",
                parameters or [],
            )
            found = cursor.fetchall()
        for row, value, _ in found:
            rejects.add(Reject(layout.file, staged.lines.line_of(row), rule.column, value, rule.reason))
        total = found[0][2] if found else 0
        rejects.add_uncounted(layout.file, total - len(found))
        refused += total
    return refused


def write_differences(merge: Merge, staged: Staged, scope: Scope) -> Written:
    """Updates the rows that differ, then inserts those that are not there, in the order of their owners."""
    named = merge.named_values(staged)
    changed = _update(merge, named, scope) if named else 0
    return Written(added=_insert(merge, scope), changed=changed)


def _same_key(merge: Merge, left: str, right: str) -> str:
    return " AND ".join(
        f"{left}.{merge.column(name)} "
        f"{'IS NOT DISTINCT FROM' if name in merge.nullable_key else '='} {right}.{merge.column(name)}"
        for name in merge.key
    )


def _update(merge: Merge, named: list[str], scope: Scope) -> int:
    expressions = {name: merge.key[name] for name in merge.key} | {name: merge.values[name] for name in named}
    selected = ", ".join(f"{sql} AS {merge.column(name)}" for name, sql in expressions.items())
    columns = [merge.column(name) for name in named]
    statement, parameters = scope.bind(
        f"UPDATE {merge.table} t SET {', '.join(f'{column} = r.{column}' for column in columns)} "
        f"FROM (SELECT {selected} FROM {merge.layout.stage} s {merge.joins}) r WHERE {_same_key(merge, 't', 'r')} "
        f"AND ({', '.join(f't.{column}' for column in columns)}) "
        f"IS DISTINCT FROM ({', '.join(f'r.{column}' for column in columns)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        changed: int = cursor.rowcount
    return changed


def _insert(merge: Merge, scope: Scope) -> int:
    expressions = merge.key | merge.values | merge.on_insert
    selected = ", ".join(f"{sql} AS {merge.column(name)}" for name, sql in expressions.items())
    columns = ", ".join(merge.column(name) for name in expressions)
    statement, parameters = scope.bind(
        f"INSERT INTO {merge.table} ({columns}) SELECT {columns} FROM "
        f"(SELECT {selected} FROM {merge.layout.stage} s {merge.joins} ORDER BY {merge.order_by}) r "
        f"WHERE NOT EXISTS (SELECT 1 FROM {merge.table} t WHERE {_same_key(merge, 't', 'r')}) "
        "ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        added: int = cursor.rowcount
        if added > 1000:
            cursor.execute(f"ANALYZE {merge.table}")
    return added
