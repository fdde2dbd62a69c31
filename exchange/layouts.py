"""The ten files of a registry package, column by column (shared registry format 1)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from billing import account_numbers
from exchange import values
from exchange.values import Kind
from meters import serials


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    required: bool = False
    may_be_empty: bool = False

    @property
    def needs_value(self) -> bool:
        return self.required and not self.may_be_empty


@dataclass(frozen=True)
class Derived:
    """A staged column worked out from `source` by `rule`; by `sql` where the source is of the form of `pattern`."""

    source: str
    rule: Callable[[str], str]
    pattern: bytes
    sql: str


@dataclass(frozen=True)
class Layout:
    """`derived` are staged columns more than the file has.

    `owner` is the column that names whose a row is, where a file may hold a large load.
    """

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    derived: dict[str, Derived] = field(default_factory=dict)
    owner: str = ""

    @property
    def stage(self) -> str:
        return "stage_" + self.file.removesuffix(".csv")

    @property
    def looked_up(self) -> list[str]:
        """The columns of which the server knows the statistics."""
        return list(dict.fromkeys([*self.key, *([self.owner] if self.owner else [])]))

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


SERVICE = values.choice("electricity", "cold_water", "hot_water", "heat", "gas")
READING_KIND = values.choice("actual", "estimated", "norm")
DAY_OF_MONTH = values.integer(1, 31)
NUMBER = values.text(40)


def _required(name: str, kind: Kind) -> Column:
    return Column(name, kind, required=True)


SUPPLIERS = Layout(
    "suppliers.csv",
    (
        _required("code", values.text(20, pattern="[-a-zA-Z0-9_]+")),
        _required("name", values.text(200)),
        Column("inn", values.text(12, pattern=r"\d{10}|\d{12}")),
        Column("kpp", values.text(9, pattern=r"\d{9}")),
        Column("bank_name", values.text(200)),
        Column("bic", values.text(9, pattern=r"\d{9}")),
        Column("account", values.text(20, pattern=r"\d{20}")),
        Column("corr_account", values.text(20, pattern=r"\d{20}")),
        Column("number_pattern", values.text(100)),
        Column("number_example", NUMBER),
        Column("window_from", DAY_OF_MONTH),
        Column("window_to", DAY_OF_MONTH),
        Column("cut_off", DAY_OF_MONTH),
    ),
    key=("code",),
)
BRANCHES = Layout(
    "branches.csv",
    (
        Column("prefix", values.text(10), required=True, may_be_empty=True),
        _required("name", values.text(200)),
        Column("email", values.text(254, pattern=r"[^@\s]+@[^@\s]+\.[^@\s.]+")),
        Column("phone", NUMBER),
        Column("address", values.text(300)),
    ),
    key=("prefix",),
)
PERSONAL_ACCOUNTS = Layout(
    "personal_accounts.csv",
    (
        _required("number", NUMBER),
        _required("service", SERVICE),
        Column("address", values.text(300)),
        Column("els", values.text(20)),
        Column("status", values.choice("active", "closed", "locked")),
        Column("lock_reason", values.text(200)),
    ),
    key=("number",),
    derived={
        "digits": Derived(
            "number",
            account_numbers.normalise_number,
            rb"[0-9](?:[0-9\\/.-]{0,38}[0-9])?",
            r"translate(number, '\/.-', '')",
        )
    },
)
METERS = Layout(
    "meters.csv",
    (
        _required("account", NUMBER),
        _required("registration", NUMBER),
        Column("serial", NUMBER),
        Column("model", values.text(100)),
        Column("status", values.choice("active", "automatic", "removed")),
        Column("digits_left", values.integer(1, 11)),
        Column("digits_right", values.integer(0, 4)),
        Column("ratio", values.RATING),
        Column("installed_on", values.DATE),
        Column("removed_on", values.DATE),
        Column("verified_until", values.DATE),
        Column("verification_years", values.integer(1, 50)),
        Column("place", values.text(200)),
        Column("accuracy_class", values.text(10)),
        Column("voltage", values.VOLTAGE),
        Column("current_max", values.CURRENT),
        Column("phases", values.integer(1, 3)),
        Column("owner", values.text(200)),
    ),
    key=("registration",),
    derived={
        "serial_key": Derived(
            "serial",
            serials.normalise_serial,
            rb"[0-9]{1,40}",
            "CASE WHEN serial = '' THEN '' ELSE coalesce(nullif(ltrim(serial, '0'), ''), '0') END",
        )
    },
)
SCALES = Layout(
    "scales.csv",
    (
        _required("registration", NUMBER),
        _required("code", values.text(10)),
        _required("name", values.text(60)),
        Column("unit", values.text(10)),
        Column("hours", values.text(60)),
        Column("opening_value", values.VALUE),
        Column("closing_value", values.VALUE),
    ),
    key=("registration", "code"),
)
READINGS = Layout(
    "readings.csv",
    (
        _required("registration", NUMBER),
        _required("code", values.text(10)),
        _required("taken_on", values.DATE),
        _required("value", values.VALUE),
        _required("kind", READING_KIND),
        Column("source", values.choice("resident", "inspector", "automatic", "supplier")),
    ),
    key=("registration", "code", "taken_on", "source"),
)
BILLS = Layout(
    "bills.csv",
    (
        _required("account", NUMBER),
        _required("number", NUMBER),
        _required("period", values.MONTH),
        Column("issued_on", values.DATE),
        Column("due_on", values.DATE),
        Column("opening_balance", values.BALANCE),
        Column("charged", values.BALANCE),
        Column("recalculated", values.BALANCE),
        Column("penalty", values.BALANCE),
        Column("paid", values.BALANCE),
        _required("amount_due", values.BALANCE),
        Column("document_id", values.text(18)),
    ),
    key=("number",),
    owner="account",
)
BILL_LINES = Layout(
    "bill_lines.csv",
    (
        _required("bill", NUMBER),
        _required("service", SERVICE),
        Column("serial", NUMBER),
        Column("code", values.text(10)),
        Column("previous", values.VALUE),
        Column("current", values.VALUE),
        Column("kind", READING_KIND),
        Column("consumption", values.decimal(11, 4, negative=True)),
        Column("unit", values.text(10)),
        Column("price", values.PRICE),
        _required("amount", values.BALANCE),
    ),
    key=("bill", "service", "serial", "code", "price"),
    owner="bill",
)
PAYMENTS = Layout(
    "payments.csv",
    (
        _required("account", NUMBER),
        _required("paid_on", values.DATE),
        Column("posted_on", values.DATE),
        _required("amount", values.MONEY),
        Column("agent", values.text(100)),
        _required("document", NUMBER),
    ),
    key=("document",),
    owner="account",
)
TARIFFS = Layout(
    "tariffs.csv",
    (
        _required("valid_from", values.DATE),
        _required("service", SERVICE),
        _required("code", values.text(10)),
        Column("range_from", values.VALUE),
        Column("range_to", values.VALUE),
        _required("price", values.PRICE),
    ),
    key=("valid_from", "service", "code", "range_from"),
)

# In the order they are applied: what others refer to comes first.
LAYOUTS = (
    SUPPLIERS,
    BRANCHES,
    PERSONAL_ACCOUNTS,
    METERS,
    SCALES,
    READINGS,
    BILLS,
    BILL_LINES,
    PAYMENTS,
    TARIFFS,
)
