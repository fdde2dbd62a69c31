"""What a finding says to a resident: what, why, what next. Pure: a finding in, Russian words out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from meters.plausibility import Finding

NBSP = "\u00a0"
MONTHS_OF = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]


@dataclass(frozen=True)
class Words:
    """A heading, what it means, and the labels of the buttons: take the suggestion, or keep what was typed."""

    title: str
    text: str = ""
    suggestion_label: str = ""
    keep_label: str = ""


def tell_finding(finding: Finding) -> Words:
    """Words for one finding. A code nobody wrote words for is a fault, and raises KeyError."""
    return _WORDS[finding.code](finding, finding.figures)


def show_number(text: str) -> str:
    """`12896.500` as «12 896,5»."""
    value = Decimal(text)
    whole, _, fraction = f"{abs(value):f}".partition(".")
    fraction = fraction.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", NBSP)
    return ("−" if value < 0 else "") + (f"{grouped},{fraction}" if fraction else grouped)


def show_day(text: str) -> str:
    """`2026-10-20` as «20 октября 2026»."""
    day = date.fromisoformat(text)
    return f"{day.day}{NBSP}{MONTHS_OF[day.month - 1]} {day.year}"


def _amount(figures: Mapping[str, str], name: str) -> str:
    unit = figures.get("unit", "")
    return show_number(figures[name]) + (NBSP + unit if unit else "")


def _usual(figures: Mapping[str, str]) -> str:
    return f"Обычно у вас около {_amount(figures, 'month')} в месяц." if "month" in figures else ""


def _since(figures: Mapping[str, str]) -> str:
    on = f" ({show_day(figures['base_on'])})" if "base_on" in figures else ""
    return f"{show_number(figures['base'])}{on}"


Teller = Callable[[Finding, Mapping[str, str]], Words]


def _plain(title: str, text: str = "") -> Teller:
    return lambda finding, figures: Words(title, text)


def _missing_scale(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(f"Нет показания «{figures.get('name', finding.scale)}».", "Впишите все зоны этого счётчика.")


def _too_many_digits(finding: Finding, figures: Mapping[str, str]) -> Words:
    digits = figures.get("digits_left", "")
    text = f"На счётчике {digits} цифр до запятой." if digits else "На счётчике столько цифр нет."
    return Words("Слишком много цифр.", f"{text} Цифры в красной рамке пишите после запятой.")


def _extra_decimals(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(f"Записали {show_number(figures['value'])}.", "Лишние цифры после запятой отброшены.")


def _before_installation(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words("Тогда этого счётчика ещё не было.", f"Он установлен {show_day(figures['installed_on'])}.")


def _before_last(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words("Есть более позднее показание.", f"Последнее снято {show_day(figures['last_on'])}.")


def _outside_window(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words("Сейчас поставщик не принимает показания.", figures.get("text", ""))


def _after_cut_off(finding: Finding, figures: Mapping[str, str]) -> Words:
    bill = figures.get("bill", "")
    return Words(f"Войдёт в счёт за {bill}." if bill else "Войдёт в следующий счёт.", "Показание принимается и теперь.")


def _rollover(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Счётчик прошёл через ноль?",
        f"Было {_since(figures)}, теперь {show_number(figures['value'])}. Если цифры пошли с начала, расход"
        f" {_amount(figures, 'use')}.",
        keep_label=f"Да, всё верно: {show_number(figures['value'])}",
    )


def _zones_swapped(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Похоже, перепутаны «{figures['one']}» и «{figures['other']}».",
        "Если поменять их местами, расход станет обычным.",
        suggestion_label="Да, поменять местами",
        keep_label="Нет, всё верно",
    )


def _lost_point(finding: Finding, figures: Mapping[str, str]) -> Words:
    suggested = show_number(next(iter(finding.suggestion.values())))
    return Words(
        "Похоже, сдвинулась запятая.",
        f"{_usual(figures)} Может быть, на счётчике {suggested}?".strip(),
        suggestion_label=f"Да, {suggested}",
        keep_label=f"Нет, всё верно: {show_number(figures['value'])}",
    )


def _other_meter(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Похоже, это показание другого счётчика.",
        f"Эти цифры больше подходят счётчику {figures['label']}. Проверьте номер на корпусе.",
        keep_label="Нет, всё верно",
    )


def _lower_than_actual(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Меньше прежнего показания: было {_since(figures)}.",
        "Проверьте цифры. Если счётчик заменили или прежнее показание неверно, сообщите об ошибке.",
    )


def _lower_than_estimate(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"В счёте стояло расчётное показание {show_number(figures['billed'])}.",
        "Ваше меньше, и это нормально: поставщик пересчитает.",
    )


def _over_physical(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Столько счётчик пропустить не может: {show_number(figures['use'])} кВт·ч.",
        f"За {figures['days']} дн. через него пройдёт не больше {show_number(figures['most'])} кВт·ч. Проверьте цифры.",
    )


def _high(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Расход больше обычного: {_amount(figures, 'use')}.",
        f"{_usual(figures)} Проверьте цифры. Если они верны, подтвердите: мы примем.".strip(),
        keep_label=f"Да, всё верно: {show_number(figures['value'])}",
    )


def _unchanged(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words("Без изменений.", "Расхода не было: так тоже можно.")


def _sum_mismatch(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Сумма зон не сходится с общим показанием.",
        f"Общее {show_number(figures['total'])}, а зоны вместе {show_number(figures['together'])}. Проверьте цифры.",
        keep_label="Да, всё верно",
    )


def _receipt(title: str) -> Teller:
    return lambda finding, figures: Words(title.format(receipt=figures.get("receipt", "")))


def _verification_expired(finding: Finding, figures: Mapping[str, str]) -> Words:
    text = "Показание принято. "
    if figures.get("service") == "electricity":
        text += "Заменить счётчик электроэнергии должен поставщик: попросите его об этом в обращении."
    else:
        text += "Поверить или заменить счётчик воды должен его владелец."
    return Words(f"Поверка закончилась {show_day(figures['verified_until'])}.", text)


_WORDS: dict[str, Teller] = {
    "no_meter_info": _plain(
        "Отсутствуют сведения о приборе учёта.",
        "Поставщик не передал данные вашего счётчика, поэтому показания пока некуда записать.",
    ),
    "incomplete_meter_info": _plain(
        "В сведениях о счётчике не всё заполнено.", "Показание принимается. Если вы знаете номер и модель, сообщите их."
    ),
    "meter_automatic": _plain("Счётчик передаёт показания сам.", "Вписывать ничего не нужно."),
    "meter_removed": _plain("Этот счётчик снят.", "Показания по нему больше не передают."),
    "missing_scale": _missing_scale,
    "unknown_scale": _plain("У счётчика нет такой зоны.", "Обновите страницу: сведения о счётчике изменились."),
    "not_a_number": _plain("Это не похоже на показание.", "Впишите только цифры и, если есть, запятую."),
    "negative": _plain("Показание не бывает меньше нуля.", "Впишите цифры без минуса."),
    "too_many_digits": _too_many_digits,
    "extra_decimals": _extra_decimals,
    "date_in_future": _plain("Этот день ещё не наступил.", "Укажите день, когда вы сняли показание."),
    "before_installation": _before_installation,
    "before_last": _before_last,
    "outside_window": _outside_window,
    "after_cut_off": _after_cut_off,
    "rollover": _rollover,
    "zones_swapped": _zones_swapped,
    "lost_point": _lost_point,
    "other_meter": _other_meter,
    "lower_than_actual": _lower_than_actual,
    "lower_than_estimate": _lower_than_estimate,
    "over_physical": _over_physical,
    "very_high": _high,
    "high": _high,
    "unchanged": _unchanged,
    "sum_mismatch": _sum_mismatch,
    "first_reading": _plain("Это первое показание счётчика.", "Сравнить пока не с чем: его посмотрит сотрудник."),
    "duplicate": _receipt("Эти показания уже переданы, квитанция № {receipt}."),
    "supersedes": _receipt("Заменяет переданное раньше, квитанция № {receipt}."),
    "after_hand_over": _receipt("Показания за этот месяц уже у поставщика: новое войдёт в следующий счёт."),
    "verification_expired": _verification_expired,
}
