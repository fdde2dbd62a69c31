"""Figures, dates and phones as a resident reads them: tables of cases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.functional import SimpleLazyObject

from portal import charts, formats
from portal.templatetags import face

SPACE = formats.NO_BREAK_SPACE


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("3412.80", "3_412,80_₽"),
        ("0", "0_₽"),
        ("0.005", "0,01_₽"),
        ("-120.4", "−120,40_₽"),
        ("1234567.891", "1_234_567,89_₽"),
    ],
)
def test_money(amount: str, written: str) -> None:
    assert formats.format_money(Decimal(amount)) == written.replace("_", SPACE)


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        ("12896", None, "12_896"),
        ("47.1200", None, "47,12"),
        ("47.12", 3, "47,120"),
        ("47.1299", 3, "47,129"),
        ("100", None, "100"),
        ("1E+3", None, "1_000"),
        ("0.5", 0, "0"),
    ],
)
def test_reading(value: str, places: int | None, written: str) -> None:
    assert formats.format_number(Decimal(value), places=places) == written.replace("_", SPACE)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (1, "день"),
        (2, "дня"),
        (5, "дней"),
        (11, "дней"),
        (14, "дней"),
        (21, "день"),
        (112, "дней"),
        (0, "дней"),
    ],
)
def test_plural(number: int, word: str) -> None:
    assert formats.choose_plural(number, "день,дня,дней") == word


def test_counts_what_is_not_yet_known() -> None:
    unread = SimpleLazyObject(lambda: 2)
    assert face.counted_ru(unread, "новое,новых,новых") == f"2{SPACE}новых"


def test_days_and_moments() -> None:
    assert formats.format_day(date(2026, 10, 20)) == f"20{SPACE}октября"
    assert formats.format_day_year(date(2026, 5, 9)) == f"9{SPACE}мая 2026"
    assert formats.format_month(date(2026, 10, 1)) == "октябрь 2026"
    moment = datetime(2026, 10, 20, 22, 5, tzinfo=UTC)
    assert formats.format_moment(moment) == f"21{SPACE}октября, 01:05"


@pytest.mark.parametrize(
    ("phone", "written"),
    [
        ("+79215550142", "+7_921_555-01-42"),
        ("89215550142", "+7_921_555-01-42"),
        ("+12025550142", "+12025550142"),
    ],
)
def test_phone(phone: str, written: str) -> None:
    assert formats.format_phone(phone) == written.replace("_", SPACE)


@pytest.mark.parametrize(
    ("value", "left", "right", "drawn"),
    [
        ("12896", 6, 0, ".12896"),
        ("47.12", 5, 3, "...47120"),
        ("47,12", 5, 3, "...47120"),
        ("0", 4, 0, "...0"),
        (None, 4, 1, "....."),
        ("", 3, 0, "..."),
        ("what", 3, 0, "..."),
        ("1234567", 6, 0, "1234567"),
        (Decimal("3E+2"), 4, 0, ".300"),
    ],
)
def test_drum(value: str | Decimal | None, left: int, right: int, drawn: str) -> None:
    cells = formats.draw_drum(value, left=left, right=right)
    assert "".join("." if cell.is_blank else cell.digit for cell in cells) == drawn
    assert sum(cell.is_fraction for cell in cells) == right


@pytest.mark.parametrize(
    ("error", "label", "speaks"),
    [
        ("Укажите пароль.", "Новый пароль", True),
        ("Укажите номер мобильного телефона.", "Телефон", True),
        ("Впишите сумму платежа", "Сумма последнего платежа", True),
        ("Этот день ещё не наступил", "Дата последнего платежа", False),
        ("Напишите в двух словах, что случилось.", "Что не так", False),
        ("Сократите.", "E-mail", False),
    ],
)
def test_an_error_that_names_its_field_needs_no_label(error: str, label: str, *, speaks: bool) -> None:
    assert formats.speaks_of(error, label) is speaks


def test_numbered_lines_of_a_text_are_headings_and_nothing_in_it_is_a_tag() -> None:
    text = "Это <b>соглашение</b>.\r\n\r\n1. Кто может войти\r\nВход — по номеру.\r\nИ паролю.\n\n2. Всё это — пункт."
    assert face.headed(text) == (
        "<p>Это &lt;b&gt;соглашение&lt;/b&gt;.</p><h2>1. Кто может войти</h2>"
        "<p>Вход — по номеру.<br>И паролю.</p><p>2. Всё это — пункт.</p>"
    )


def test_bars_grow_with_their_values() -> None:
    chart = charts.draw_bars(
        [{"label": "октябрь", "value": Decimal(200)}, {"label": "ноябрь", "value": 100, "current": True}]
    )
    first, second = chart.bars
    assert first.height == charts.HEIGHT
    assert second.height == charts.HEIGHT / 2
    assert second.y + second.height == charts.HEIGHT
    assert second.is_current
    assert second.text == "100"


def test_nothing_used_is_still_a_line() -> None:
    chart = charts.draw_bars([{"label": "июль", "value": 0}])
    assert chart.bars[0].height == 2
    assert charts.draw_bars([]).bars == []
