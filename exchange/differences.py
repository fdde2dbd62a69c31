# ruff: noqa: S608 (names of tables and columns are constants of the code, never of a package)
"""What of a staged file differs from what stands: found by one look at all of it, and then only that is worked on."""

from django.db import connection

from billing import partitions
from exchange.merging import Found, Merge, Rule, Scope
from exchange.pump import PackageHeld, Staged
from exchange.rejects import MOST_KEPT, Reject, Rejects

NOTHING = "false"
SAID_OTHERWISE = "такой ключ уже был в файле, а содержание другое"
FEW = 0.1
"""Of the rows of a file, up to which share of them is looked for doubles one key at a time."""


def find_differences(merge: Merge, staged: Staged, scope: Scope, among: str) -> Found:
    """Fills `merge.found` with the rows that break a rule, are not there or differ, in the order to write them.

    `among` is SQL that is true of the rows to compare with (`limit_to_holders`).
    """
    same_key = " AND ".join(
        f"t.{merge.column(name)} {'IS NOT DISTINCT FROM' if name in merge.nullable_key else '='} {sql}"
        for name, sql in merge.key.items()
    )
    named = {merge.column(name): merge.values[name] for name in merge.named_values(staged)}
    differs = [f"({rule.broken})" for rule in merge.rules] + ["t.id IS NULL"]
    differs += [f"t.{column} IS DISTINCT FROM {sql}" for column, sql in named.items()]
    columns = ", ".join(f"{sql} AS {column}" for column, sql in merge.written.items())
    statement, parameters = scope.bind(
        f"CREATE UNLOGGED TABLE {merge.found} AS "
        f"SELECT s.row, t.id AS standing, {_tell_broken(merge)} AS broken, {columns} "
        f"FROM {merge.layout.stage} s {merge.joins} "
        f"LEFT JOIN (SELECT * FROM {merge.table} WHERE {among}) t ON {same_key} "
        f"WHERE {' OR '.join(differs)} ORDER BY {merge.order_by}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        if not cursor.rowcount:
            return Found(0, 0)
        cursor.execute(f"SELECT count(*), count(standing) FROM {merge.found}")
        return Found(*cursor.fetchone())


def find_broken(merge: Merge, scope: Scope) -> None:
    """Fills `merge.found` with only the rows that break a rule."""
    statement, parameters = scope.bind(
        f"CREATE UNLOGGED TABLE {merge.found} AS SELECT s.row, {_tell_broken(merge)} AS broken "
        f"FROM {merge.layout.stage} s {merge.joins} WHERE {' OR '.join(f'({rule.broken})' for rule in merge.rules)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _tell_broken(merge: Merge) -> str:
    cases = "".join(f" WHEN {rule.broken} THEN {number}" for number, rule in enumerate(merge.rules))
    return f"CASE{cases} END::smallint" if cases else "NULL::smallint"


def limit_to_holders(merge: Merge, scope: Scope) -> str:
    """SQL that is true of the rows of those partitions that may hold what the file names; `true` of a plain table."""
    if not merge.bounded_by:
        return "true"
    column, bound = merge.bounded_by
    bounds, parameters = scope.bind(
        f"SELECT min({bound}), max({bound}) FROM {merge.layout.stage} s {merge.bounded_joins}"
    )
    with connection.cursor() as cursor:
        cursor.execute(bounds, parameters)
        least, most = cursor.fetchone()
    if least is None:
        return NOTHING
    supplier_id = scope.supplier_id if "supplier" in merge.key else None
    holders = partitions.find_holders(merge.table, column, least, most, supplier_id=supplier_id)
    return " OR ".join(f"id >= {holder.first_id} AND id < {holder.end_id}" for holder in holders) or NOTHING


def refuse_doubles(merge: Merge, staged: Staged, found: Found, rejects: Rejects, *, new: bool = True) -> None:
    """Of rows with one key the first is taken; a later one is refused unless it says the same.

    Rows that are all as what stands are as each other too: only keys among those found are looked at, and of those
    that are `new` only if asked to.
    """
    suspected = found.rows if new else found.standing
    if not suspected:
        return
    layout = merge.layout
    key = ", ".join(layout.key)
    suspects = layout.stage
    if suspected < FEW * staged.rows:
        texts = ", ".join(f"coalesce(s.{name}::text, '')" for name in layout.key)
        suspects = (
            f"(SELECT * FROM {layout.stage} s WHERE ({texts}) IN (SELECT {texts} FROM {layout.stage} s "
            f"JOIN {merge.found} USING (row){'' if new else ' WHERE standing IS NOT NULL'})) suspects"
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {suspects} GROUP BY {key} HAVING count(*) > 1 LIMIT 1")
        if cursor.fetchone() is None:
            return
        content = ", ".join(f"{{0}}.{column.name}" for column in layout.columns)
        cursor.execute(
            f"CREATE UNLOGGED TABLE doubles_{layout.stage} AS "
            f"SELECT w.row, ROW({content.format('s')}) IS DISTINCT FROM ROW({content.format('f')}) AS differs "
            f"FROM (SELECT row, first_value(row) OVER (PARTITION BY {key} ORDER BY row) AS first_row "
            f"FROM {suspects}) w JOIN {layout.stage} s ON s.row = w.row "
            f"JOIN {layout.stage} f ON f.row = w.first_row WHERE w.row <> w.first_row"
        )
        shown = " || ' ' || ".join(f"coalesce(s.{name}::text, '')" for name in layout.key)
        rule = Rule(layout.key[0], "", SAID_OTHERWISE)
        _note(staged, f"doubles_{layout.stage} d WHERE d.differs", shown, rule, rejects)
        _take_out(merge, f"doubles_{layout.stage}")


def refuse_said_otherwise(merge: Merge, staged: Staged, found: Found, rejects: Rejects) -> None:
    """A row that differs from one that stands, though another line of the file says what stands, is a double."""
    stood = staged.stood
    if stood is None or not found.standing:
        return
    key, stage = stood.shape.key, merge.layout.stage
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE passed_{stage} (key text)")
        with cursor.copy(f"COPY passed_{stage} FROM STDIN") as copy:
            for row in stood.passed:
                copy.write_row([row[key]])
        cursor.execute(
            f"CREATE UNLOGGED TABLE otherwise_{stage} AS SELECT found.row FROM {merge.found} found "
            f"JOIN {stood.partition} t ON t.id = found.standing "
            f"WHERE {stood.among} AND t.{key} NOT IN (SELECT key FROM passed_{stage})"
        )
        if cursor.rowcount:
            _note(staged, f"otherwise_{stage} d WHERE true", f"s.{key}", Rule(key, "", SAID_OTHERWISE), rejects)
            _take_out(merge, f"otherwise_{stage}")


def refuse_broken(merge: Merge, staged: Staged, files: set[str], rejects: Rejects) -> None:
    """Raises `PackageHeld` when nothing a file refers to is known and the file that should bring it not in `files`."""
    stage = merge.layout.stage
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT broken, count(*) FROM {merge.found} WHERE broken IS NOT NULL GROUP BY broken")
        counts = dict(cursor.fetchall())
        if not counts:
            return
        cursor.execute(f"SELECT count(*) FROM {stage}")
        staged_rows = cursor.fetchone()[0] + staged.standing
        for number, count in sorted(counts.items()):
            rule = merge.rules[number]
            shown = f"coalesce(s.{rule.column}::text, '')"
            _note(staged, f"{merge.found} d WHERE d.broken = {number}", shown, rule, rejects, count)
            if rule.refers_to and rule.refers_to not in files and count == staged_rows:
                msg = f"Нет файла {rule.refers_to}, а {merge.layout.file} на него ссылается."
                raise PackageHeld(msg, "missing_file")
            staged_rows -= count
        broken = f"SELECT row FROM {merge.found} WHERE broken IS NOT NULL"
        cursor.execute(f"CREATE UNLOGGED TABLE broken_{stage} AS {broken}")
        _take_out(merge, f"broken_{stage}")


def _note(staged: Staged, refused: str, shown: str, rule: Rule, rejects: Rejects, count: int | None = None) -> None:
    """`refused` is SQL of rows `d`; all are counted, the first are kept to be shown."""
    stage = staged.layout.stage
    with connection.cursor() as cursor:
        if count is None:
            cursor.execute(f"SELECT count(*) FROM {refused}")
            (count,) = cursor.fetchone()
        table, condition = refused.split(" WHERE ")
        cursor.execute(
            f"SELECT s.row, left({shown}, 200) FROM {table} JOIN {stage} s ON s.row = d.row "
            f"WHERE {condition} ORDER BY s.row LIMIT {MOST_KEPT}"
        )
        rows = cursor.fetchall()
    for row, value in rows:
        rejects.add(Reject(staged.layout.file, staged.lines.line_of(row), rule.column, value, rule.reason))
    rejects.add_uncounted(staged.layout.file, count - len(rows))


def _take_out(merge: Merge, refused: str) -> None:
    with connection.cursor() as cursor:
        for table in (merge.layout.stage, merge.found):
            cursor.execute(f"DELETE FROM {table} t USING {refused} d WHERE d.row = t.row")
