"""Until when a meter is verified, in how long, and whose duty it is (domain.md 3). Pure: no Django."""

from dataclasses import dataclass
from datetime import date, timedelta

from billing.calendar import choose_plural, count_days, name_day

SOON = timedelta(days=90)


@dataclass(frozen=True)
class VerificationWords:
    """`kind` is good, question, or empty when nothing is known; `duty` says who sees to it."""

    kind: str
    badge: str
    text: str
    duty: str
    is_expired: bool


def tell_verification(until: date | None, today: date, *, is_electricity: bool) -> VerificationWords:
    """What to know of verification. Meters of electricity are the supplier's duty since 2020-07-01 (522-ФЗ)."""
    if is_electricity:
        duty = "За поверку и замену счётчика электроэнергии отвечает поставщик. Платить за это не нужно."
    else:
        duty = "Поверку заказывает владелец счётчика: обычно это хозяин квартиры или дома."
    if until is None:
        return VerificationWords("", "", "Срок поверки поставщик не передал.", duty, is_expired=False)
    day = f"{name_day(until)} {until.year}"
    if until < today:
        ago = f"{_measure(until, today)} назад"
        if is_electricity:
            duty += " Показания передавайте как обычно: они принимаются."
        return VerificationWords("question", "срок поверки вышел", f"Вышел {day}, {ago}.", duty, is_expired=True)
    if until == today:
        return VerificationWords("question", "поверка до сегодня", f"До {day}: это сегодня.", duty, is_expired=False)
    left = _measure(today, until)
    kind = "question" if until - today <= SOON else "good"
    badge = f"поверка через {left}" if kind == "question" else f"поверен до {until.year}"
    return VerificationWords(kind, badge, f"До {day}: ещё {left}.", duty, is_expired=False)


def _measure(since: date, until: date) -> str:
    """«48 дней», «7 месяцев», «6 лет 6 месяцев»."""
    months = (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)
    if until - since <= SOON or months < 1:
        return count_days((until - since).days)
    years, months = divmod(months, 12)
    words = [f"{years}\u00a0{choose_plural(years, 'год', 'года', 'лет')}"] if years else []
    words += [f"{months}\u00a0{choose_plural(months, 'месяц', 'месяца', 'месяцев')}"] if months else []
    return " ".join(words)
