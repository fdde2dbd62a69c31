"""How each file of a package becomes rows of the portal."""

from billing.models import Bill, BillLine, Branch, Payment, PersonalAccount, Supplier, Tariff
from exchange import layouts
from exchange.merging import Merge, Rule
from meters.models import Meter, Reading, Scale

UNKNOWN_ACCOUNT = Rule("account", "account.id IS NULL", "такого лицевого счёта нет", layouts.PERSONAL_ACCOUNTS.file)
UNKNOWN_METER = Rule("registration", "meter.id IS NULL", "такого прибора учёта нет", layouts.METERS.file)
OF_ACCOUNT = (
    "LEFT JOIN billing_personalaccount account ON account.supplier_id = :supplier AND account.number = s.account"
)
OF_METER = "LEFT JOIN meters_meter meter ON meter.supplier_id = :supplier AND meter.registration = s.registration"
OF_SCALE = f"{OF_METER} LEFT JOIN meters_scale scale ON scale.meter_id = meter.id AND scale.code = s.code"
OF_BILL = "LEFT JOIN billing_bill bill ON bill.supplier_id = :supplier AND bill.number = s.bill"


def _value_fits(column: str) -> tuple[Rule, ...]:
    """A value has at most the digits of its meter on either side of the point."""
    return (
        Rule(column, f"s.{column} >= 10::numeric ^ meter.digits_left", "цифр больше, чем у прибора"),
        Rule(
            column,
            f"scale(trim_scale(s.{column})) > meter.digits_right",
            "знаков после запятой больше, чем у прибора",
        ),
    )


def _same(*names: str) -> dict[str, str]:
    return {name: f"s.{name}" for name in names}


SUPPLIERS = Merge(
    layouts.SUPPLIERS,
    Supplier,
    key={"code": "s.code"},
    values=_same("name", "inn", "kpp", "bank_name", "bic", "corr_account", "number_pattern", "number_example")
    | {
        "bank_account": "s.account",
        "window_from": "coalesce(s.window_from, 1)",
        "window_to": "coalesce(s.window_to, 31)",
        "cut_off": "coalesce(s.cut_off, 25)",
    },
    rules=(Rule("code", "s.code <> :code", "пакет прислан другим поставщиком"),),
    from_columns={"bank_account": "account"},
    on_insert={"window_forbids": "false", "window_text": "''"},
)
BRANCHES = Merge(
    layouts.BRANCHES,
    Branch,
    key={"supplier": ":supplier::bigint", "prefix": "s.prefix"},
    values=_same("name", "email", "phone", "address"),
)
PERSONAL_ACCOUNTS = Merge(
    layouts.PERSONAL_ACCOUNTS,
    PersonalAccount,
    key={"supplier": ":supplier::bigint", "number": "s.number"},
    values=_same("digits", "service", "address", "els", "lock_reason")
    | {"status": "coalesce(nullif(s.status, ''), 'active')"},
    rules=(Rule("number", "s.digits = ''", "в номере нет цифр"),),
    from_columns={"digits": "number"},
)
METERS = Merge(
    layouts.METERS,
    Meter,
    key={"supplier": ":supplier::bigint", "registration": "s.registration"},
    values=_same(
        "serial",
        "serial_key",
        "model",
        "digits_left",
        "digits_right",
        "verified_until",
        "verification_years",
        "place",
        "accuracy_class",
        "voltage",
        "current_max",
        "phases",
        "owner",
    )
    | {"status": "coalesce(nullif(s.status, ''), 'active')", "ratio": "coalesce(s.ratio, 1)"},
    joins=OF_ACCOUNT,
    rules=(
        UNKNOWN_ACCOUNT,
        Rule("removed_on", "s.removed_on < s.installed_on", "снят раньше, чем установлен"),
        Rule("ratio", "s.ratio = 0", "коэффициент не может быть нулём"),
    ),
    from_columns={"serial_key": "serial"},
    order_by="account.id, s.row",
)
SCALES = Merge(
    layouts.SCALES,
    Scale,
    key={"meter": "meter.id", "code": "s.code"},
    values=_same("name", "unit", "hours", "opening_value", "closing_value"),
    joins=OF_METER,
    rules=(UNKNOWN_METER, *_value_fits("opening_value"), *_value_fits("closing_value")),
    order_by="meter.id, s.row",
)
READINGS = Merge(
    layouts.READINGS,
    Reading,
    key={"scale": "scale.id", "taken_on": "s.taken_on", "source": "s.source"},
    values=_same("value", "kind"),
    joins=OF_SCALE,
    rules=(
        UNKNOWN_METER,
        Rule("code", "scale.id IS NULL", "такой шкалы у прибора нет", layouts.SCALES.file),
        Rule("taken_on", "s.taken_on > :today", "дата позже, чем сделан пакет"),
        *_value_fits("value"),
    ),
    on_insert={"meter": "meter.id"},
    order_by="meter.id, s.taken_on, scale.id",
)
BILLS = Merge(
    layouts.BILLS,
    Bill,
    key={"supplier": ":supplier::bigint", "number": "s.number"},
    values=_same("issued_on", "due_on", "amount_due", "document_id")
    | {"account": "account.id", "period": "(s.period || '-01')::date"}
    | {name: f"coalesce(s.{name}, 0)" for name in ("opening_balance", "charged", "recalculated", "penalty", "paid")},
    joins=OF_ACCOUNT,
    rules=(UNKNOWN_ACCOUNT,),
    # As unguessable as the seed, at a tenth of the price of asking the system for chance a million times.
    on_insert={"public_id": "md5(:seed || s.number)::uuid"},
    order_by="account.id, s.period",
    bounded_by=("number", "s.number"),
)
BILL_LINES = Merge(
    layouts.BILL_LINES,
    BillLine,
    key={"bill": "bill.id", "service": "s.service", "serial": "s.serial", "code": "s.code", "price": "s.price"},
    values=_same("previous", "current", "kind", "consumption", "unit", "amount"),
    joins=OF_BILL,
    rules=(Rule("bill", "bill.id IS NULL", "такого счёта нет", layouts.BILLS.file),),
    nullable_key=frozenset({"price"}),
    bounded_by=("bill_id", "bill.id"),
    bounded_joins=OF_BILL,
    order_by="bill.id, s.row",
)
PAYMENTS = Merge(
    layouts.PAYMENTS,
    Payment,
    key={"supplier": ":supplier::bigint", "document": "s.document"},
    values=_same("paid_on", "posted_on", "amount", "agent") | {"account": "account.id"},
    joins=OF_ACCOUNT,
    rules=(UNKNOWN_ACCOUNT, Rule("paid_on", "s.paid_on > :today", "дата позже, чем сделан пакет")),
    order_by="account.id, s.paid_on",
    bounded_by=("document", "s.document"),
)
TARIFFS = Merge(
    layouts.TARIFFS,
    Tariff,
    key={
        "supplier": ":supplier::bigint",
        "valid_from": "s.valid_from",
        "service": "s.service",
        "code": "s.code",
        "range_from": "coalesce(s.range_from, 0)",
    },
    values=_same("range_to", "price"),
    rules=(Rule("range_to", "s.range_to <= coalesce(s.range_from, 0)", "верх диапазона не выше низа"),),
)

MERGES = (BRANCHES, PERSONAL_ACCOUNTS, METERS, SCALES, READINGS, BILLS, BILL_LINES, PAYMENTS, TARIFFS)
