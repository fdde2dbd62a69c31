"""What a finding says to a resident: what, why, what next. Pure: a finding in, Russian words out (face.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from meters.figures_in_words import NBSP, show_day, show_number, tell_amount, tell_base, tell_count, tell_usual
from meters.plausibility import Finding

ERROR_REPORT, METER_REPLACED, REPLACEMENT_REQUEST = "error_report", "meter_replaced", "replacement_request"


@dataclass(frozen=True)
class Words:
    """A heading, what it means, and the labels of the buttons: take the suggestion, or keep what was typed.

    `offers` name the ways out the row of domain.md 4 gives: an error report, a replaced meter, a replacement request.
    """

    title: str
    text: str = ""
    suggestion_label: str = ""
    keep_label: str = ""
    offers: tuple[str, ...] = ()


def tell_finding(finding: Finding) -> Words:
    """Words for one finding. A code nobody wrote words for is a fault, and raises KeyError."""
    return _WORDS[finding.code](finding, finding.figures)


Teller = Callable[[Finding, Mapping[str, str]], Words]


def _plain(title: str, text: str = "", *offers: str) -> Teller:
    return lambda finding, figures: Words(title, text, offers=offers)


def _incomplete_meter_info(finding: Finding, figures: Mapping[str, str]) -> Words:
    names = {"serial": "номера", "model": "модели"}
    missing = [names[name] for name in figures.get("missing", "").split(",") if name in names] or list(names.values())
    return Words(
        f"У поставщика нет {' и '.join(missing)} этого счётчика.",
        "Показания это не задержит. Перепишите недостающее с корпуса и сообщите нам.",
        offers=(ERROR_REPORT,),
    )


def _missing_scale(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Не хватает показания «{figures.get('name', finding.scale)}».", "Впишите все зоны этого счётчика сразу."
    )


def _too_many_digits(finding: Finding, figures: Mapping[str, str]) -> Words:
    text = "На счётчике столько цифр нет."
    if digits := figures.get("digits_left"):
        text = f"На счётчике {tell_count(digits, 'цифра', 'цифры', 'цифр')} до запятой."
    if finding.suggestion:
        suggested = show_number(next(iter(finding.suggestion.values())))
        return Words("Слишком много цифр.", f"{text} Может быть, там {suggested}?", suggestion_label=f"Да, {suggested}")
    red = "пишите после запятой" if figures.get("digits_right", "0") != "0" else "не переписывайте"
    return Words("Слишком много цифр.", f"{text} Цифры в красной рамке {red}.")


def _extra_decimals(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Записали {show_number(figures['value'])}.", "Лишние цифры после запятой отбросили, без округления вверх."
    )


def _before_installation(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Тогда этого счётчика ещё не было.",
        f"Он установлен {show_day(figures['installed_on'])}. Проверьте дату; если неверна наша, сообщите об ошибке.",
        offers=(ERROR_REPORT,),
    )


def _before_last(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Есть более позднее показание.",
        f"Последнее снято {show_day(figures['last_on'])}. Укажите этот день или более поздний.",
    )


def _outside_window(finding: Finding, figures: Mapping[str, str]) -> Words:
    text = figures.get("text", "") or "Запишите цифры и передайте их, когда приём откроется."
    return Words("Сейчас поставщик не принимает показания.", text)


def _after_cut_off(finding: Finding, figures: Mapping[str, str]) -> Words:
    bill = figures.get("bill", "")
    return Words(
        f"Войдёт в счёт за {bill}." if bill else "Войдёт в следующий счёт.", "Счёт за этот месяц уже собирают."
    )


def _rollover(finding: Finding, figures: Mapping[str, str]) -> Words:
    value = show_number(figures["value"])
    return Words(
        "Счётчик прошёл через ноль?",
        f"Было {tell_base(figures)}, теперь {value}. Если барабан начал сначала, расход {tell_amount(figures, 'use')}. "
        "Подтвердите, и мы покажем цифры сотруднику.",
        keep_label=f"Да, прошёл через ноль: {value}",
    )


def _zones_swapped(finding: Finding, figures: Mapping[str, str]) -> Words:
    swapped = [
        f"{figures.get(f'name:{code}', code)} {show_number(value)}" for code, value in finding.suggestion.items()
    ]
    typed = [
        f"{figures.get(f'name:{code}', code)} {show_number(figures[f'value:{code}'])}"
        for code in finding.suggestion
        if f"value:{code}" in figures
    ]
    names = " и ".join(f"«{figures.get(f'name:{code}', code)}»" for code in finding.suggestion)
    return Words(
        "Похоже, зоны перепутаны местами.",
        f"Если поменять {names}, расход станет обычным." if len(swapped) == 2 else "В другом порядке всё сходится.",
        suggestion_label=f"Да, поменять: {', '.join(swapped)}",
        keep_label=f"Нет, всё верно: {', '.join(typed)}" if typed else "Нет, всё верно",
    )


def _lost_point(finding: Finding, figures: Mapping[str, str]) -> Words:
    suggested = show_number(next(iter(finding.suggestion.values())))
    kept = "" if figures.get("impossible") else f"Нет, всё верно: {show_number(figures['value'])}"
    return Words(
        "Похоже, сдвинулась запятая.",
        f"{tell_usual(figures)}Может быть, на счётчике {suggested}?",
        suggestion_label=f"Да, {suggested}",
        keep_label=kept,
    )


def _other_meter(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Похоже, это показание другого счётчика.",
        f"Эти цифры больше подходят счётчику {figures['label']}. Сверьте номер на корпусе.",
        suggestion_label=f"Да, записать счётчику {figures['label']}" if figures.get("meter") else "",
        keep_label="Нет, всё верно",
    )


def _lower_than_actual(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Меньше прежнего: было {tell_base(figures)}.",
        "Проверьте цифры. Если счётчик заменили или прежнее показание неверно, сообщите об этом.",
        offers=(METER_REPLACED, ERROR_REPORT),
    )


def _lower_than_estimate(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Меньше, чем в счёте, и это нормально.",
        f"В счёте стояло расчётное {show_number(figures['billed'])}. По вашему показанию поставщик пересчитает.",
    )


def _over_physical(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Столько счётчик сосчитать не может: {tell_amount(figures, 'use')}.",
        f"За {tell_count(figures['days'], 'день', 'дня', 'дней')} через него проходит не больше "
        f"{tell_amount(figures, 'most')}. Проверьте цифры.",
        offers=(ERROR_REPORT,),
    )


def _high(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Расход больше обычного: {tell_amount(figures, 'use')}.",
        f"{tell_usual(figures)}Проверьте цифры. Если так и есть, подтвердите: мы примем.",
        keep_label=f"Да, всё верно: {show_number(figures['value'])}",
    )


def _very_high(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        f"Расход намного больше обычного: {tell_amount(figures, 'use')}.",
        f"{tell_usual(figures)}Проверьте цифры. Если так и есть, подтвердите: мы примем, а сотрудник посмотрит.",
        keep_label=f"Да, всё верно: {show_number(figures['value'])}",
    )


def _sum_mismatch(finding: Finding, figures: Mapping[str, str]) -> Words:
    return Words(
        "Зоны не сходятся с общим показанием.",
        f"Общее {show_number(figures['total'])}, а зоны вместе {show_number(figures['together'])}. Проверьте цифры.",
        keep_label="Всё верно, так на счётчике",
    )


def _duplicate(finding: Finding, figures: Mapping[str, str]) -> Words:
    receipt = f" Квитанция №{NBSP}{figures['receipt']}." if figures.get("receipt") else ""
    return Words("Эти показания уже переданы.", f"Второй раз ничего не записали.{receipt}")


def _supersedes(finding: Finding, figures: Mapping[str, str]) -> Words:
    receipt = f" по квитанции №{NBSP}{figures['receipt']}" if figures.get("receipt") else ""
    return Words("Заменит переданное раньше.", f"Прежнее показание{receipt} останется в истории.")


def _verification_expired(finding: Finding, figures: Mapping[str, str]) -> Words:
    title = f"Поверка закончилась {show_day(figures['verified_until'])}."
    if figures.get("service") == "electricity":
        text = "Показания мы принимаем. Заменить счётчик должен поставщик: попросите его об этом."
        return Words(title, text, offers=(REPLACEMENT_REQUEST,))
    return Words(title, "Показания мы принимаем. Поверить или заменить счётчик должен его владелец.")


def _refused_by_supplier(finding: Finding, figures: Mapping[str, str]) -> Words:
    reason = figures["reason"].rstrip(".")
    return Words("Поставщик не принял эти показания.", f"Причина: {reason}. Проверьте цифры и передайте ещё раз.")


_WORDS: dict[str, Teller] = {
    "no_meter_info": _plain(
        "Отсутствуют сведения о приборе учёта.",
        "Поставщик не передал данные вашего счётчика, поэтому показания пока некуда записать. Сообщите об ошибке: "
        "мы уже заполнили остальное.",
        ERROR_REPORT,
    ),
    "incomplete_meter_info": _incomplete_meter_info,
    "meter_automatic": _plain("Счётчик передаёт показания сам.", "Вписывать ничего не нужно."),
    "meter_removed": _plain(
        "Этот счётчик снят.", "Показания по нему больше не передают. Если это не так, сообщите об ошибке.", ERROR_REPORT
    ),
    "missing_scale": _missing_scale,
    "unknown_scale": _plain("У счётчика нет такой зоны.", "Обновите страницу: сведения о счётчике изменились."),
    "not_a_number": _plain(
        "Это не похоже на показание.", "Впишите только цифры, как на счётчике, дробь отделите запятой."
    ),
    "negative": _plain("Показание не бывает меньше нуля.", "Впишите цифры без минуса."),
    "too_many_digits": _too_many_digits,
    "extra_decimals": _extra_decimals,
    "date_in_future": _plain("Этот день ещё не наступил.", "Укажите день, когда вы смотрели на счётчик."),
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
    "very_high": _very_high,
    "high": _high,
    "unchanged": _plain("Без изменений.", "Расхода не было: это тоже показание."),
    "sum_mismatch": _sum_mismatch,
    "first_reading": _plain("Это первое показание счётчика.", "Сравнить пока не с чем: его посмотрит сотрудник."),
    "duplicate": _duplicate,
    "supersedes": _supersedes,
    "after_hand_over": _plain("Войдёт в следующий счёт.", "Показания за этот месяц поставщик уже забрал."),
    "verification_expired": _verification_expired,
    "refused_by_supplier": _refused_by_supplier,
}
