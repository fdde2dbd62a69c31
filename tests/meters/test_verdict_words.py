"""What the checks say to a resident."""

import re

import pytest

from meters.plausibility import SEVERITIES, Finding, Severity
from meters.plausibility.findings import note
from meters.verdict_words import tell_finding
from tests.meters.facts import USUAL, WATER, check
from tests.meters.test_plausibility import CASES, Case

SAID_NEVER = re.compile(r"успешно|ошибка ввода|уважаем|!|None|\d{4}-\d\d-\d\d|\{|\}", re.IGNORECASE)


def say(code: str, case_name: str) -> list[str]:
    case = next(case for case in CASES if case.name == case_name)
    finding = next(f for f in check(case.meter, case.typed, **case.more).findings if f.code == code)
    words = tell_finding(finding)
    said = [words.title, words.text, words.suggestion_label, words.keep_label]
    return [text.replace("\u00a0", " ") for text in said if text]


def test_speaks_of_a_lost_point_as_a_neighbour_would() -> None:
    assert say("lost_point", "point lost") == [
        "Похоже, сдвинулась запятая.",
        "Обычно у вас около 4,8 м³ в месяц. Может быть, на счётчике 47,120?",
        "Да, 47,120",
        "Нет, всё верно: 471,200",
    ]


def test_never_offers_to_keep_what_a_meter_cannot_count() -> None:
    assert say("lost_point", "a digit too many, more than the meter can count")[2:] == ["Да, 12 896"]
    assert say("over_physical", "more than can be counted") == [
        "Столько счётчик сосчитать не может: 29 809 кВт·ч.",
        "За 30 дней через него проходит не больше 29 808 кВт·ч. Проверьте цифры.",
    ]


def test_offers_to_exchange_the_zones() -> None:
    assert say("zones_swapped", "zones exchanged") == [
        "Похоже, зоны перепутаны местами.",
        "Если поменять «День» и «Ночь», расход станет обычным.",
        "Да, поменять: День 12 896, Ночь 3 588",
        "Нет, всё верно: День 3 588, Ночь 12 896",
    ]


@pytest.mark.parametrize(
    ("code", "case", "said"),
    [
        ("high", "high", "Расход больше обычного: 811 кВт·ч. Обычно у вас около 270 кВт·ч в месяц."),
        ("very_high", "a dacha wakes", "Расход намного больше обычного: 101 кВт·ч. Обычно расхода почти нет."),
        ("lower_than_actual", "lower", "Меньше прежнего: было 12 612 (20 октября 2026)."),
        ("lower_than_actual", "lower than installed with", "Меньше прежнего: было 5,000 при установке."),
        ("rollover", "turned over", "Если барабан начал сначала, расход 120 кВт·ч."),
        ("too_many_digits", "seven digits", "На счётчике 6 цифр до запятой."),
        ("too_many_digits", "the red digit of an old meter", "На счётчике 4 цифры до запятой. Может быть, там 9 995?"),
        ("missing_scale", "night forgotten", "Не хватает показания «Ночь»."),
        ("outside_window", "the supplier is closed", "Приём с 15-го."),
        ("after_cut_off", "after the cut-off", "Войдёт в счёт за декабрь."),
        ("duplicate", "again the same", "Квитанция № 26-11-000001."),
        ("incomplete_meter_info", "no model", "У поставщика нет модели этого счётчика."),
        ("verification_expired", "verification over", "Поверка закончилась 1 января 2026."),
    ],
)
def test_says_what_why_and_what_next(code: str, case: str, said: str) -> None:
    assert said in " ".join(say(code, case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_finding_has_words(case: Case) -> None:
    for finding in check(case.meter, case.typed, **case.more).findings:
        words = tell_finding(Finding.from_json(finding.as_json()))
        said = " ".join([words.title, words.text, words.suggestion_label, words.keep_label])
        assert words.title.endswith((".", "?"))
        assert words.text.endswith((".", "?"))
        assert not SAID_NEVER.search(said), said
        assert bool(words.suggestion_label) == bool(finding.suggestion)
        if finding.has(Severity.CONFIRM) and "impossible" not in finding.figures:
            assert words.keep_label


def test_words_are_there_for_every_code_with_the_barest_figures() -> None:
    bare = {"no_meter_info", "meter_automatic", "negative", "unchanged", "first_reading", "after_hand_over"}
    assert bare <= set(SEVERITIES)
    for code in bare:
        assert tell_finding(note(code)).title


@pytest.mark.parametrize(
    ("code", "case", "offers"),
    [
        ("no_meter_info", "no scales", ("error_report",)),
        ("incomplete_meter_info", "no serial", ("error_report",)),
        ("lower_than_actual", "lower", ("meter_replaced", "error_report")),
        ("verification_expired", "verification over", ("replacement_request",)),
    ],
)
def test_offers_the_way_out_that_the_table_names(code: str, case: str, offers: tuple[str, ...]) -> None:
    found = next(case_ for case_ in CASES if case_.name == case)
    finding = next(f for f in check(found.meter, found.typed, **found.more).findings if f.code == code)
    assert tell_finding(finding).offers == offers


def test_usual_values_need_no_words() -> None:
    assert check(WATER, {"0": "51,2"}).findings == ()
    assert USUAL["1"] == "12896"
