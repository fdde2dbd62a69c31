"""An address before it is known to be one's own: enough to recognise, not to learn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.addresses import mask_address


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("г. Петергоф, Собственный пр., д. 29, кв. 131", "г. Петергоф, Соб••• пр., д. 2•, кв. •••"),
        ("г. Петергоф, ул. Чебышёвская, д. 4, кв. 5", "г. Петергоф, ул. Чеб•••, д. •, кв. •••"),
        ("г. Петергоф, бульвар Красных Курсантов, д. 28/2", "г. Петергоф, бульвар Кра••• Кур•••, д. 2•"),
        ("Ломоносовский р-н, СНТ «Красная Заря», уч. 156", "Ломоносовский р-н, СНТ «Кра••• Заря», уч. 1•"),
        ("Санкт-Петербург, Невский проспект, дом 12А, кв. 8", "Санкт-Петербург, Нев••• проспект, дом 1•, кв. •••"),
        ("Разводная 12-33", "Раз••• 1•"),
        ("", ""),
    ],
)  # fmt: skip
def test_keeps_the_town_and_hides_the_door(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.integers(10, 999), st.integers(10, 9999))
def test_never_tells_a_house_or_a_flat(house: int, flat: int) -> None:
    masked = mask_address(f"г. Петергоф, ул. Разводная, д. {house}, кв. {flat}")
    assert masked.endswith("кв. •••")
    assert re.findall(r"\d", masked) == [str(house)[0]]


@given(st.text(max_size=60))
def test_takes_any_text(address: str) -> None:
    assert isinstance(mask_address(address), str)
