"""Addresses before they are anybody's business."""

import re

_LOCALITY = re.compile(
    r"^(?:(?:г|гор|пос|п|дер|д|с|пгт|р-н|обл)\.?\s.*|.*\s(?:р-н|район|обл\.?|область)|Санкт-Петербург|Москва)$"
)
_KINDS = re.compile(
    r"улица|проспект|переулок|бульвар|площадь|набережная|шоссе|проезд|аллея|линия|квартал|корпус|участок|строение",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"^(?:кв|квартира|оф|офис|пом|комн|к|ком)\b\.?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\s?[а-яёa-z](?![а-яёa-z]))?(?:[/-]\d+[а-яёa-z]?)*", re.IGNORECASE)
_WORD = re.compile(r"[а-яёa-z]{5,}", re.IGNORECASE)
HIDDEN = "•••"


def mask_address(address: str) -> str:
    """Enough to recognise one's own address, not to learn another's.

    The town stays, of a street its first letters, of a house number the first of several digits; a flat goes whole, so
    that not even its length is told: «г. Петергоф, Соб••• пр., д. 2•, кв. •••».
    """
    parts = [part.strip() for part in address.split(",")]
    return ", ".join(_mask_part(part, is_first=place == 0) for place, part in enumerate(parts) if part)


def _mask_part(part: str, *, is_first: bool) -> str:
    if _INSIDE.match(part):
        return _NUMBER.sub(HIDDEN, part)
    hidden = _NUMBER.sub(_mask_number, part)
    if is_first and _LOCALITY.match(part):
        return hidden
    return _WORD.sub(_mask_word, hidden)


def _mask_word(word: re.Match[str]) -> str:
    return word[0] if _KINDS.fullmatch(word[0]) else word[0][:3] + HIDDEN


def _mask_number(match: re.Match[str]) -> str:
    digits = re.match(r"\d+", match[0])
    return f"{match[0][0]}•" if digits and len(digits[0]) > 1 else "•"
