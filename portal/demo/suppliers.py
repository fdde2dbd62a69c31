"""The demo's two suppliers. Banks, offices and telephones are invented."""

from dataclasses import dataclass
from decimal import Decimal

from portal.demo.households import (
    COLD_WATER,
    DAY_AND_NIGHT,
    HOT_WATER,
    THREE_ZONES,
    WHOLE_DAY,
    Household,
    make_electricity_households,
    make_water_households,
)
from portal.demo.life import Row

PRICES_SINCE = "2025-07-01"
BANK = ("Тестовый банк", "044030001")
FIRST_RANGE, DEARER = 3900, Decimal("1.5")
"""Above so many kWh a month a unit costs so much more; no household of the demo uses that much."""
CORR_ACCOUNT = "30101810000000000001"


@dataclass(frozen=True)
class DemoSupplier:
    """`prefix` begins the numbers of its documents and meters; the rest are rows of its package."""

    code: str
    prefix: str
    facts: Row
    branches: tuple[Row, ...]
    tariffs: tuple[Row, ...]
    households: tuple[Household, ...]


def make_suppliers() -> tuple[DemoSupplier, DemoSupplier]:
    return make_electricity_supplier(), make_water_supplier()


def make_electricity_supplier() -> DemoSupplier:
    payee = ("7800000001", "780001001", *BANK, "40702810000000000001", CORR_ACCOUNT)
    prices = {scale.code: scale.price for scale in (*WHOLE_DAY, *DAY_AND_NIGHT, *THREE_ZONES)}
    return DemoSupplier(
        code="psk",
        prefix="DPSK",
        facts=("psk", "Петербургская сбытовая компания", *payee, r"\d{3}\\\d{8}", r"018\00028517", 1, 31, 25),
        branches=(
            _office("002", "Выборгское отделение", "vyborg", "Кленовый пр., д. 2"),
            _office("018", "Петродворцовое отделение", "petrodvorets", "ул. Фонарная, д. 1"),
            _office("025", "Гатчинское отделение", "gatchina", "Заречная наб., д. 5"),
        ),
        tariffs=tuple(
            tariff
            for code, price in sorted(prices.items())
            for tariff in (
                (PRICES_SINCE, "electricity", code, 0, FIRST_RANGE, price),
                (PRICES_SINCE, "electricity", code, FIRST_RANGE, "", price * DEARER),
            )
        ),
        households=tuple(make_electricity_households()),
    )


def make_water_supplier() -> DemoSupplier:
    payee = ("7800000002", "780001002", *BANK, "40702810000000000002", CORR_ACCOUNT)
    return DemoSupplier(
        code="eirc",
        prefix="DEIRC",
        facts=("eirc", "ЕИРЦ", *payee, r"\d{10}", "5100012345", 15, 26, 25),
        branches=(_office("", "ЕИРЦ, единая служба", "service", "Кленовый пр., д. 4"),),
        tariffs=(
            (PRICES_SINCE, "cold_water", "0", 0, "", COLD_WATER[0].price),
            (PRICES_SINCE, "hot_water", "0", 0, "", HOT_WATER[0].price),
        ),
        households=tuple(make_water_households()),
    )


def _office(prefix: str, name: str, mailbox: str, street: str) -> Row:
    return (prefix, name, f"{mailbox}@branch.example", f"8 800 555-01-{prefix[-2:] or '52'}", f"г. Заречный, {street}")
