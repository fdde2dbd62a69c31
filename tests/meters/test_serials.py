"""Numbers on the cases of meters, however they are typed (domain.md 5)."""

import pytest

from meters.serials import normalise_serial


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("60209442", "60209442"),
        ("0060209442", "60209442"),
        (" 602 094 42 ", "60209442"),
        ("602\u00a009442", "60209442"),
        ("602-094-42", "60209442"),
        ("№ 60209442", "60209442"),
        ("НЕВА 60209442", "60209442"),
        ("АБ60209442", "60209442"),
        ("6O209442", "60209442"),
        ("6О209442", "60209442"),
        ("6o209442", "60209442"),
        ("60209442О", "602094420"),
        ("О0209442", "209442"),
        ("6З209442", "63209442"),
        ("６０２０９４４２", "60209442"),
        ("0", "0"),
        ("000", "0"),
        ("", ""),
        ("НЕВА", ""),
        ("ОЗО", ""),
    ],
)
def test_keeps_the_number_alone(typed: str, kept: str) -> None:
    assert normalise_serial(typed) == kept


@pytest.mark.parametrize("typed", ["0060209442", "НЕВА № 6О209442", "12 34"])
def test_is_settled_after_once(typed: str) -> None:
    assert normalise_serial(normalise_serial(typed)) == normalise_serial(typed)


def test_different_numbers_stay_different() -> None:
    assert normalise_serial("60209442") != normalise_serial("602094420")
