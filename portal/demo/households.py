"""Who lives in the demo: invented personal accounts with the oddities of life. Every household is one recipe."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random


@dataclass(frozen=True)
class ScaleRecipe:
    """`monthly` is the usual use of a month, in units of the scale."""

    code: str
    name: str
    hours: str
    monthly: Decimal
    price: Decimal


@dataclass(frozen=True)
class Household:
    """One personal account. Numbers of months are counted back from the last billed one."""

    number: str
    service: str
    address: str
    model: str
    unit: str
    scales: tuple[ScaleRecipe, ...]
    digits_left: int = 6
    digits_right: int = 0
    phases: int | None = 1
    ratio: int = 1
    has_meter: bool = True
    has_serial: bool = True
    is_automatic: bool = False
    is_expired: bool = False
    is_empty_in_winter: bool = False
    estimated_months: frozenset[int] = frozenset()
    estimate_share: Decimal = Decimal("0.95")
    replaced_months_ago: int | None = None
    status: str = "active"
    lock_reason: str = ""
    pays: bool = True
    pays_exactly: bool = True
    owes: bool = False
    leaves_last_bill: bool = False
    near_rollover: bool = False


WHOLE_DAY = (ScaleRecipe("0", "Круглосуточно", "00:00-24:00", Decimal(210), Decimal("6.70")),)
DAY_AND_NIGHT = (
    ScaleRecipe("1", "День", "07:00-23:00", Decimal(165), Decimal("7.20")),
    ScaleRecipe("2", "Ночь", "23:00-07:00", Decimal(72), Decimal("4.10")),
)
THREE_ZONES = (
    ScaleRecipe("1", "Пик", "07:00-10:00, 17:00-21:00", Decimal(88), Decimal("7.20")),
    ScaleRecipe("2", "Ночь", "23:00-07:00", Decimal(94), Decimal("4.10")),
    ScaleRecipe("3", "Полупик", "10:00-17:00, 21:00-23:00", Decimal(103), Decimal("6.30")),
)
COLD_WATER = (ScaleRecipe("0", "ХВС", "", Decimal("4.150"), Decimal("42.12")),)
HOT_WATER = (ScaleRecipe("0", "ГВС", "", Decimal("2.630"), Decimal("148.90")),)
STREETS = ("ул. Фонарная", "Лодочный пер.", "ул. Озёрная", "Кленовый пр.", "ул. Мельничная", "Заречная наб.")
GARDENS = ("Ёлочка", "Луч", "Мичуринец", "Берёзка")

# The households that the demo's resident has, and those a newcomer may link.
FLAT, DACHA_WITHOUT_METER, DACHA_REPLACED, FREE_FLAT = (
    r"018\00402117",
    r"025\00402903",
    r"025\00403458",
    r"018\00404260",
)
FLAT_WATER, FREE_WATER = "5204021178", "5204042605"


def make_electricity_households() -> Iterator[Household]:
    random = Random("electricity")  # noqa: S311
    flat = Household(
        FLAT, "electricity", "г. Заречный, ул. Фонарная, д. 7, кв. 21", "НЕВА МТ 124 AS OP", "кВт·ч", DAY_AND_NIGHT
    )
    dacha = replace(flat, address="Озёрный р-н, СНТ «Ёлочка», уч. 48", scales=WHOLE_DAY, model="Меркурий 201.5")
    yield replace(flat, leaves_last_bill=True)
    yield replace(dacha, number=DACHA_WITHOUT_METER, has_meter=False)
    yield replace(
        dacha, number=DACHA_REPLACED, address="Озёрный р-н, СНТ «Ёлочка», уч. 49", replaced_months_ago=7, digits_left=5
    )
    yield replace(flat, number=FREE_FLAT, address="г. Заречный, Лодочный пер., д. 3, кв. 12", pays_exactly=False)
    numbers = (f"{branch}\\{500_000 + step * 1_117:08d}" for step in range(100) for branch in ("018", "002", "025"))
    oddities: list[dict[str, object]] = [
        {"has_meter": False},
        {"has_serial": False, "model": ""},
        {"replaced_months_ago": 4},
        {"is_automatic": True, "scales": DAY_AND_NIGHT},
        {"estimated_months": frozenset({0, 1, 2})},
        {"estimated_months": frozenset({0, 4, 9})},
        {"is_expired": True, "model": "СО-505", "digits_left": 4},
        {"status": "locked", "lock_reason": "Ограничение по решению суда", "owes": True},
        {"scales": THREE_ZONES, "model": "НЕВА МТ 324 1.0 AOS26", "phases": 3},
        {"pays": False, "owes": True},
        {"status": "closed"},
        {"is_empty_in_winter": True, "address": "Озёрный р-н, СНТ «Луч», уч. 112"},
        {"near_rollover": True, "model": "СО-505", "digits_left": 4},
        {"ratio": 20, "phases": 3, "model": "НЕВА МТ 324 1.0 AOS26", "scales": THREE_ZONES},
        {"has_serial": False, "is_expired": True},
        {"owes": True, "pays_exactly": False},
    ]
    oddities += [{"scales": random.choice((WHOLE_DAY, DAY_AND_NIGHT))} for _ in range(20)]
    for number, oddity in zip(numbers, oddities, strict=False):
        ordinary = replace(dacha if number.startswith("025") else flat, number=number, address=_place(number, random))
        yield replace(ordinary, **{"pays_exactly": random.random() < 0.6} | oddity)  # type: ignore[arg-type]


def make_water_households() -> Iterator[Household]:
    random = Random("water")  # noqa: S311
    cold = Household(
        FLAT_WATER,
        "cold_water",
        "г. Заречный, ул. Фонарная, д. 7, кв. 21",
        "Бетар СХВ-15",
        "м³",
        COLD_WATER,
        digits_left=5,
        digits_right=3,
        phases=None,
    )
    hot = replace(cold, service="hot_water", model="Бетар СГВ-15", scales=HOT_WATER)
    yield replace(cold, estimated_months=frozenset({0, 5}), estimate_share=Decimal("1.3"))
    yield replace(hot, number=FREE_WATER, address="г. Заречный, Лодочный пер., д. 3, кв. 12")
    oddities: list[dict[str, object]] = [
        {"has_serial": False},
        {"replaced_months_ago": 5},
        {"is_automatic": True},
        {"is_expired": True},
        {"has_meter": False},
        {"status": "locked", "lock_reason": "Ограничение по решению суда"},
        {"estimated_months": frozenset({0, 1, 2, 3})},
        {"pays": False},
    ]
    oddities += [{} for _ in range(10)]
    for step, oddity in enumerate(oddities):
        kind = random.choice((cold, hot))
        number = f"52{5_000_000 + step * 11_731:08d}"
        yield replace(kind, number=number, address=_place(number, random), **oddity)  # type: ignore[arg-type]


def _place(number: str, random: Random) -> str:
    if number.startswith("025"):
        return f"Озёрный р-н, СНТ «{random.choice(GARDENS)}», уч. {random.randint(50, 240)}"
    return f"г. Заречный, {random.choice(STREETS)}, д. {random.randint(1, 60)}, кв. {random.randint(1, 180)}"
