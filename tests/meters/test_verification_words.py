"""Until when a meter is verified, in how long, and whose duty it is, as a resident reads it."""

from datetime import date

import pytest

from meters.verification import tell_verification

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("until", "kind", "badge", "text"),
    [
        ("2033-05-27", "good", "поверен до 2033", "До 27 мая 2033: ещё 6 лет 6 месяцев."),
        ("2027-11-20", "good", "поверен до 2027", "До 20 ноября 2027: ещё 1 год."),
        ("2027-02-19", "good", "поверен до 2027", "До 19 февраля 2027: ещё 2 месяца."),
        ("2027-01-07", "question", "поверка через 48 дней", "До 7 января 2027: ещё 48 дней."),
        ("2026-11-21", "question", "поверка через 1 день", "До 21 ноября 2026: ещё 1 день."),
        ("2026-11-20", "question", "поверка до сегодня", "До 20 ноября 2026: это сегодня."),
        ("2026-11-19", "question", "срок поверки вышел", "Вышел 19 ноября 2026, 1 день назад."),
        ("2025-05-20", "question", "срок поверки вышел", "Вышел 20 мая 2025, 1 год 6 месяцев назад."),
    ],
)
def test_says_until_when_and_in_how_long(until: str, kind: str, badge: str, text: str) -> None:
    words = tell_verification(date.fromisoformat(until), TODAY, is_electricity=True)
    assert (words.kind, words.badge.replace("\u00a0", " "), words.text.replace("\u00a0", " ")) == (kind, badge, text)
    assert words.is_expired == (date.fromisoformat(until) < TODAY)


def test_the_duty_is_the_suppliers_for_electricity_and_the_owners_for_water() -> None:
    assert "отвечает поставщик" in tell_verification(None, TODAY, is_electricity=True).duty
    assert "владелец счётчика" in tell_verification(None, TODAY, is_electricity=False).duty


def test_an_unknown_term_is_said_and_alarms_nobody() -> None:
    words = tell_verification(None, TODAY, is_electricity=True)
    assert words.text == "Срок поверки поставщик не передал."
    assert (words.kind, words.badge, words.is_expired) == ("", "", False)
