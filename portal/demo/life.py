"""A year and a half of one household, month by month: what its meters showed, what was billed and paid."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from random import Random

from portal.demo.households import Household, ScaleRecipe
from portal.demo.months import add_months

KOPECK = Decimal("0.01")
NORM = Decimal(150)
WATER_NORM = Decimal("6.935")
AGENTS = ("Сбербанк", "ВТБ", "СБП", "Почта", "Терминал")
REPLACED_ON_DAY = 10

Row = tuple[object, ...]


@dataclass
class Rows:
    """Rows of the files of one package, and the counters their numbers come from."""

    files: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    meters: int = 0
    bills: int = 0
    payments: int = 0


@dataclass
class Dial:
    """One scale: what it really shows, and what was last billed."""

    recipe: ScaleRecipe
    shows: Decimal
    billed: Decimal


class Life:
    def __init__(self, household: Household, prefix: str, rows: Rows, today: date) -> None:
        self.household = household
        self.prefix = prefix
        self.rows = rows
        self.today = today
        self.random = Random(f"{prefix} {household.number}")  # noqa: S311
        self.fraction = Decimal(1).scaleb(-household.digits_right)
        self.balance = Decimal(0)
        self.registration = self.serial = ""
        self.dials: list[Dial] = []

    def live(self, months: list[date]) -> None:
        self._open_account(months[0])
        for months_ago, month in zip(range(len(months) - 1, -1, -1), months, strict=True):
            paid = self._pay(month)
            lines = self._read_meter(month, months_ago) if self.household.has_meter else [self._norm_line()]
            self._bill(month, months_ago, lines, paid)
        if not self.household.leaves_last_bill:
            self._pay(add_months(months[-1], 1))

    def _open_account(self, first_month: date) -> None:
        home = self.household
        letters = "".join(self.random.choice("ABCDEHKM") for _ in range(2))
        els = f"75{letters}{self.random.randint(100_000, 999_999)}"
        self.rows.files["personal_accounts.csv"].append(
            (home.number, home.service, home.address, els, home.status, home.lock_reason)
        )
        if home.has_meter:
            age = self.random.randint(900, 3000)
            self._install(first_month - timedelta(days=age), months_of_use=age // 30)

    def _install(self, on: date, *, months_of_use: int) -> None:
        home = self.household
        self.rows.meters += 1
        self.registration = f"{self.prefix}-{self.rows.meters:07d}"
        self.serial = str(self.random.randint(20_000_000, 99_999_999)) if home.has_serial else ""
        limit = Decimal(10) ** home.digits_left
        self.dials = []
        for recipe in home.scales:
            used = months_of_use * recipe.monthly * Decimal(self.random.uniform(0.9, 1.1))
            shows = self._round((used + self.random.randint(1, 9)) % (limit / 2))
            if home.near_rollover and months_of_use:
                shows = limit - 20 * recipe.monthly
            self.dials.append(Dial(recipe, shows, shows))
        self.installed_on, self.opening = on, {dial.recipe.code: dial.shows for dial in self.dials}

    def _write_meter(self, *, removed_on: date | None = None) -> None:
        home = self.household
        is_electric = home.service == "electricity"
        years = 16 if is_electric else 6
        verified = date(self.today.year - 2, 5, 27) if home.is_expired else date(self.installed_on.year + years, 5, 27)
        if verified < self.today and not home.is_expired and removed_on is None:
            verified = date(self.today.year + 3, 5, 27)
        status = "automatic" if home.is_automatic else "active"
        self.rows.files["meters.csv"].append(
            (
                home.number,
                self.registration,
                self.serial,
                home.model,
                "removed" if removed_on else status,
                home.digits_left,
                home.digits_right,
                home.ratio,
                self.installed_on,
                removed_on or "",
                verified,
                years,
                "щит на площадке" if is_electric else "санузел",
                "1.0" if is_electric else "",
                ("3x230/400" if home.phases == 3 else "230") if is_electric else "",
                60 if is_electric else "",
                home.phases or "",
                "ПСК" if is_electric else "собственник",
            )
        )
        for dial in self.dials:
            recipe, opening = dial.recipe, self.opening[dial.recipe.code]
            closing = dial.shows if removed_on else ""
            self.rows.files["scales.csv"].append(
                (self.registration, recipe.code, recipe.name, home.unit, recipe.hours, opening, closing)
            )

    def _read_meter(self, month: date, months_ago: int) -> list[Row]:
        """The readings of a month, and the lines of its bill."""
        lines: list[Row] = []
        if months_ago == self.household.replaced_months_ago:
            day = month.replace(day=REPLACED_ON_DAY)
            lines = self._read(day, month, Decimal("0.3"), kind="actual", source="inspector")
            self._write_meter(removed_on=day)
            self._install(day, months_of_use=0)
        is_estimated = months_ago in self.household.estimated_months
        day = month.replace(day=self.random.randint(15, 25))
        source = "automatic" if self.household.is_automatic else self.random.choice(["resident"] * 5 + ["inspector"])
        kind = "estimated" if is_estimated else "actual"
        lines += self._read(day, month, Decimal(1), kind=kind, source="supplier" if is_estimated else source)
        if months_ago == 0:
            self._write_meter(removed_on=day if self.household.status == "closed" else None)
        return lines

    def _read(self, day: date, month: date, part: Decimal, *, kind: str, source: str) -> list[Row]:
        lines = []
        for dial in self.dials:
            dial.shows += self._round(self._use(dial.recipe, month) * part)
            previous = dial.billed
            current = dial.shows
            if kind == "estimated":
                current = self._round(previous + dial.recipe.monthly * self.household.estimate_share)
            dial.billed = current
            dial.shows = max(dial.shows, current) if kind == "actual" else dial.shows
            row = (self.registration, dial.recipe.code, day, current, kind, source)
            self.rows.files["readings.csv"].append(row)
            lines.append(self._line(dial.recipe, previous, current, kind))
        return lines

    def _use(self, recipe: ScaleRecipe, month: date) -> Decimal:
        is_cold = month.month in (11, 12, 1, 2, 3)
        if self.household.is_empty_in_winter:
            return Decimal(0) if is_cold else recipe.monthly
        season = Decimal("1.12") if is_cold and self.household.service == "electricity" else Decimal(1)
        return recipe.monthly * season * Decimal(self.random.uniform(0.9, 1.1))

    def _line(self, recipe: ScaleRecipe, previous: Decimal, current: Decimal, kind: str) -> Row:
        used = (current - previous) * self.household.ratio
        amount = (used * recipe.price).quantize(KOPECK, ROUND_HALF_UP)
        home = self.household
        return (
            home.service, self.serial, recipe.code, previous, current, kind, used, home.unit, recipe.price, amount
        )  # fmt: skip

    def _norm_line(self) -> Row:
        home, recipe = self.household, self.household.scales[0]
        used = NORM if home.service == "electricity" else WATER_NORM
        amount = (used * recipe.price).quantize(KOPECK, ROUND_HALF_UP)
        return (home.service, "", recipe.code, "", "", "norm", used, home.unit, recipe.price, amount)

    def _pay(self, month: date) -> Decimal:
        """What was paid in a month: to the kopeck, or a round sum."""
        home = self.household
        latest = self.today - timedelta(days=1)
        day = month.replace(day=self.random.randint(6, 20))
        forgets = home.owes and self.random.random() < 0.6
        if not home.pays or forgets or self.balance <= 0 or day > latest:
            return Decimal(0)
        hundreds = (self.balance / 100).to_integral_value(ROUND_DOWN) + 1
        amount = self.balance if home.pays_exactly else hundreds * 100
        posted = min(day + timedelta(days=self.random.randint(0, 3)), latest)
        self.rows.payments += 1
        document = f"{self.prefix}-P{self.rows.payments:08d}"
        agent = self.random.choice(AGENTS)
        self.rows.files["payments.csv"].append((home.number, day, posted, amount.quantize(KOPECK), agent, document))
        return amount

    def _bill(self, month: date, months_ago: int, lines: list[Row], paid: Decimal) -> None:
        next_month = add_months(month, 1)
        self.rows.bills += 1
        number = f"{self.prefix}{month:%y%m}{self.rows.bills:08d}"
        charged = sum((Decimal(str(line[-1])) for line in lines), Decimal(0))
        recalculated = Decimal("-120.50") if self.random.random() < 0.03 else Decimal(0)
        penalty = Decimal("3.17") if self.household.owes and self.balance > 1500 else Decimal(0)
        opening = self.balance
        self.balance = opening + charged + recalculated + penalty - paid
        issued_on = min(next_month.replace(day=self.random.randint(2, 5)), self.today)
        document_id = str(self.random.randint(10**17, 10**18 - 1))
        money = [sum_.quantize(KOPECK) for sum_ in (opening, charged, recalculated, penalty, paid, self.balance)]
        self.rows.files["bills.csv"].append(
            (
                self.household.number,
                number,
                f"{month:%Y-%m}",
                issued_on,
                next_month.replace(day=15),
                *money,
                document_id,
            )
        )
        self.rows.files["bill_lines.csv"] += [(number, *line) for line in lines]

    def _round(self, value: Decimal) -> Decimal:
        return value.quantize(self.fraction, ROUND_DOWN)
