# ruff: noqa: S608 (names of tables and columns are constants of the code, never of a package)
"""What of a package is compared with what stands, before its file is written: the rows that look wrong, in SQL.

`:supplier` is the primary key of the supplier, as in `merging`.
"""

from dataclasses import dataclass
from decimal import Decimal

from exchange import layouts
from exchange.layouts import Layout


@dataclass(frozen=True)
class Comparison:
    """`rows` is SQL of (what, before, after, is_bad); `columns` are those of the file it needs."""

    code: str
    title: str
    layout: Layout
    rows: str
    columns: frozenset[str] = frozenset()
    share: Decimal = Decimal("0.02")
    least: int = 5


OF_METER = "JOIN meters_meter meter ON meter.supplier_id = :supplier AND meter.registration = {0}.registration"
OF_ACCOUNT = "JOIN billing_personalaccount account ON account.supplier_id = :supplier AND account.number = {0}.{1}"

COMPARISONS = (
    Comparison(
        "changed_addresses",
        "У лицевых счетов другой адрес",
        layouts.PERSONAL_ACCOUNTS,
        f"SELECT s.number, account.address, s.address, account.address NOT IN ('', s.address) "
        f"FROM stage_personal_accounts s {OF_ACCOUNT.format('s', 'number')}",
        columns=frozenset({"address"}),
    ),
    Comparison(
        "changed_els",
        "У лицевых счетов другой ЕЛС",
        layouts.PERSONAL_ACCOUNTS,
        f"SELECT s.number, account.els, s.els, account.els NOT IN ('', s.els) "
        f"FROM stage_personal_accounts s {OF_ACCOUNT.format('s', 'number')}",
        columns=frozenset({"els"}),
    ),
    Comparison(
        "vanished_meters",
        "Пропали приборы учёта лицевых счетов, о которых говорит пакет",
        layouts.METERS,
        f"SELECT meter.registration, account.number, '', s.registration IS NULL "
        f"FROM (SELECT DISTINCT account FROM stage_meters) named {OF_ACCOUNT.format('named', 'account')} "
        "JOIN meters_installation i ON i.account_id = account.id AND i.removed_on IS NULL "
        "JOIN meters_meter meter ON meter.id = i.meter_id AND meter.status <> 'removed' "
        "LEFT JOIN stage_meters s ON s.registration = meter.registration",
    ),
    Comparison(
        "moved_meters",
        "Приборы учёта перешли к другим лицевым счетам",
        layouts.METERS,
        f"SELECT s.registration, account.number, s.account, account.number <> s.account "
        f"FROM stage_meters s {OF_METER.format('s')} "
        "JOIN meters_installation i ON i.meter_id = meter.id AND i.removed_on IS NULL "
        "JOIN billing_personalaccount account ON account.id = i.account_id",
    ),
    Comparison(
        "vanished_scales",
        "Пропали шкалы приборов учёта",
        layouts.SCALES,
        f"SELECT meter.registration || ' ' || scale.code, scale.name, '', s.registration IS NULL "
        f"FROM (SELECT DISTINCT registration FROM stage_scales) named {OF_METER.format('named')} "
        "JOIN meters_scale scale ON scale.meter_id = meter.id "
        "LEFT JOIN stage_scales s ON s.registration = meter.registration AND s.code = scale.code",
    ),
    Comparison(
        "renamed_scales",
        "Шкалы приборов учёта называются иначе",
        layouts.SCALES,
        f"SELECT s.registration || ' ' || s.code, scale.name, s.name, scale.name <> s.name "
        f"FROM stage_scales s {OF_METER.format('s')} "
        "JOIN meters_scale scale ON scale.meter_id = meter.id AND scale.code = s.code",
    ),
    Comparison(
        "backward_readings",
        "Показания идут назад",
        layouts.READINGS,
        # New or changed actual values against the actual one before them, here or in the package. A register that
        # turned over is no fault (domain.md 4, rollover).
        "SELECT s.registration || ' ' || s.code || ' ' || to_char(s.taken_on, 'DD.MM.YYYY'), "
        "trim_scale(before.value)::text, trim_scale(s.value)::text, "
        "s.value < before.value AND NOT (before.value >= 0.9 * 10 ^ coalesce(meter.digits_left, 0) "
        "AND s.value <= 0.1 * 10 ^ coalesce(meter.digits_left, 0)) "
        "FROM (SELECT *, lag(value) OVER days AS value_before, lag(taken_on) OVER days AS day_before "
        "FROM stage_readings WHERE kind = 'actual' "
        "WINDOW days AS (PARTITION BY registration, code ORDER BY taken_on, value)) s "
        f"{OF_METER.format('s')} JOIN meters_scale scale ON scale.meter_id = meter.id AND scale.code = s.code "
        "LEFT JOIN meters_reading same ON same.scale_id = scale.id AND same.taken_on = s.taken_on "
        "AND same.source = s.source "
        "JOIN LATERAL (SELECT value FROM ("
        "(SELECT r.value, r.taken_on FROM meters_reading r WHERE r.meter_id = meter.id AND r.scale_id = scale.id "
        "AND r.kind = 'actual' AND r.taken_on < s.taken_on ORDER BY r.taken_on DESC, r.value DESC LIMIT 1) "
        "UNION ALL SELECT s.value_before, s.day_before WHERE s.day_before < s.taken_on"
        ") known ORDER BY taken_on DESC LIMIT 1) before ON true "
        "WHERE same.id IS NULL OR same.value <> s.value",
        share=Decimal("0.01"),
    ),
)
