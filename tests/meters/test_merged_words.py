"""Several zones that stumble alike are told in one breath."""

import pytest

from meters.merged_words import group_findings, tell_findings
from meters.plausibility import SEVERITIES
from meters.plausibility.findings import Finding, note

DAY = {
    "name": "День",
    "unit": "кВт·ч",
    "value": "13900",
    "base": "12612",
    "base_on": "2026-10-20",
    "use": "1288",
    "month": "280",
    "days": "31",
    "most": "994",
    "typed": "1390000",
    "digits_left": "6",
    "digits_right": "0",
    "billed": "13000",
    "missing": "serial",
    "total": "1",
    "together": "2",
    "installed_on": "2026-10-20",
    "last_on": "2026-10-20",
    "verified_until": "2026-10-20",
    "label": "№ 1",
    "reason": "нет",
    "value:1": "1",
    "value:2": "2",
}
NIGHT = DAY | {"name": "Ночь", "value": "5000", "base": "3478", "use": "1522", "month": "110"}


def both(code: str, *, suggest: bool = False) -> list[Finding]:
    return [
        note(code, scale, figures, {scale: "1390"} if suggest else None)
        for scale, figures in (("1", DAY), ("2", NIGHT))
    ]


@pytest.mark.parametrize("code", sorted(SEVERITIES))
def test_every_code_can_be_told_of_two_scales(code: str) -> None:
    words = tell_findings(both(code, suggest=code in ("zones_swapped", "lost_point", "too_many_digits")))
    assert words.title
    assert "None" not in words.title + words.text


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("first_reading", "Это первые показания счётчика."),
        ("unchanged", "Без изменений."),
        ("high", "Расход больше обычного: День 1\u00a0288\u00a0кВт·ч, Ночь 1\u00a0522\u00a0кВт·ч."),
        (
            "lower_than_actual",
            "Меньше прежнего: было День 12\u00a0612 (20\u00a0октября 2026), Ночь 3\u00a0478 (20\u00a0октября 2026).",
        ),
        ("extra_decimals", "Записали День 13\u00a0900, Ночь 5\u00a0000."),
    ],
)
def test_says_it_once_with_the_names(code: str, title: str) -> None:
    assert tell_findings(both(code)).title == title


def test_one_tap_takes_what_is_suggested_for_both() -> None:
    words = tell_findings(both("lost_point", suggest=True))
    assert words.suggestion_label == "Да, День 1\u00a0390, Ночь 1\u00a0390"
    assert words.keep_label == "Нет, всё верно: День 13\u00a0900, Ночь 5\u00a0000"


def test_codes_keep_their_order() -> None:
    findings = [*both("high"), note("unchanged", "3", DAY), note("high", "4", DAY)]
    assert [[row.scale for row in group] for group in group_findings(findings)] == [["1", "2", "4"], ["3"]]
