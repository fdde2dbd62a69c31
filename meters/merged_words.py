"""Several findings of one code, said in one breath: the zones of a meter often stumble together. Pure (face.md)."""

from collections.abc import Callable, Sequence

from meters.figures_in_words import show_day, show_number
from meters.plausibility import Finding
from meters.verdict_words import Words, tell_finding

NBSP = "\u00a0"


def group_findings(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings of one code together, in the order in which the codes came."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.code, []).append(finding)
    return list(groups.values())


def tell_findings(findings: Sequence[Finding]) -> Words:
    """Words for one or more findings of the same code."""
    if len(findings) == 1:
        return tell_finding(findings[0])
    each = [tell_finding(finding) for finding in findings]
    return _MERGED.get(findings[0].code, _say_each)(findings, each)


def _say_each(findings: Sequence[Finding], each: Sequence[Words]) -> Words:
    """What is the same is said once; what differs is said of each scale by its name."""
    first = each[0]
    title, text = first.title, first.text
    if len({words.title for words in each}) > 1:
        title = " ".join(f"«{_name(finding)}»: {_lower(words.title)}" for finding, words in _pairs(findings, each))
    if len({words.text for words in each}) > 1:
        text = " ".join(f"«{_name(finding)}»: {_lower(words.text)}" for finding, words in _pairs(findings, each))
    keep = first.keep_label if len({words.keep_label for words in each}) == 1 else "Да, всё верно"
    return Words(title, text, _take(findings), keep, first.offers)


def _high(findings: Sequence[Finding], each: Sequence[Words]) -> Words:
    uses = _list(findings, lambda finding: _amount(finding, "use"))
    usual = _list(findings, lambda finding: _amount(finding, "month") if "month" in finding.figures else "")
    much = "намного больше" if findings[0].code == "very_high" else "больше"
    promise = "мы примем, а сотрудник посмотрит" if findings[0].code == "very_high" else "мы примем"
    return Words(
        f"Расход {much} обычного: {uses}.",
        (f"Обычно у вас около {usual} в месяц. " if usual else "")
        + f"Проверьте цифры. Если так и есть, подтвердите: {promise}.",
        keep_label=f"Да, всё верно: {_list(findings, lambda finding: show_number(finding.figures['value']))}",
    )


def _lost_point(findings: Sequence[Finding], each: Sequence[Words]) -> Words:
    impossible = any(finding.figures.get("impossible") for finding in findings)
    typed = _list(findings, lambda finding: show_number(finding.figures["value"]))
    return Words(
        "Похоже, сдвинулась запятая.",
        f"Может быть, на счётчике {_list(findings, _suggested)}?",
        suggestion_label=_take(findings),
        keep_label="" if impossible else f"Нет, всё верно: {typed}",
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _lower_than_actual(findings: Sequence[Finding], each: Sequence[Words]) -> Words:
    def was(finding: Finding) -> str:
        on = finding.figures.get("base_on")
        return f"{show_number(finding.figures['base'])} ({show_day(on) if on else 'при установке'})"

    return Words(f"Меньше прежнего: было {_list(findings, was)}.", each[0].text, offers=each[0].offers)


def _rollover(findings: Sequence[Finding], each: Sequence[Words]) -> Words:
    values = _list(findings, lambda finding: show_number(finding.figures["value"]))
    uses = _list(findings, lambda finding: _amount(finding, "use"))
    return Words(
        "Счётчик прошёл через ноль?",
        f"Если барабаны начали сначала, расход: {uses}. Подтвердите, и мы покажем цифры сотруднику.",
        keep_label=f"Да, прошёл через ноль: {values}",
    )


def _extra_decimals(findings: Sequence[Finding], each: Sequence[Words]) -> Words:
    values = _list(findings, lambda finding: show_number(finding.figures["value"]))
    return Words(f"Записали {values}.", each[0].text)


def _first_reading(findings: Sequence[Finding], each: Sequence[Words]) -> Words:
    return Words("Это первые показания счётчика.", "Сравнить пока не с чем: их посмотрит сотрудник.")


def _name(finding: Finding) -> str:
    return finding.figures.get("name", finding.scale)


def _list(findings: Sequence[Finding], say: Callable[[Finding], str]) -> str:
    return ", ".join(f"{_name(finding)} {said}" for finding in findings if (said := say(finding)))


def _amount(finding: Finding, name: str) -> str:
    unit = finding.figures.get("unit", "")
    return show_number(finding.figures[name]) + (NBSP + unit if unit else "")


def _suggested(finding: Finding) -> str:
    return show_number(next(iter(finding.suggestion.values()))) if finding.suggestion else ""


def _take(findings: Sequence[Finding]) -> str:
    """The label of the one tap that takes everything suggested; none when nothing is."""
    suggested = _list(findings, _suggested)
    return f"Да, {suggested}" if suggested else ""


def _pairs(findings: Sequence[Finding], each: Sequence[Words]) -> list[tuple[Finding, Words]]:
    return list(zip(findings, each, strict=True))


_MERGED: dict[str, Callable[[Sequence[Finding], Sequence[Words]], Words]] = {
    "extra_decimals": _extra_decimals,
    "first_reading": _first_reading,
    "high": _high,
    "lost_point": _lost_point,
    "lower_than_actual": _lower_than_actual,
    "rollover": _rollover,
    "very_high": _high,
}
