"""Phones of residents: mobile numbers of Russia only (domain.md 6)."""

import re

import phonenumbers

LONGEST = 40
# White space, dashes, brackets and points that people put into a number; marks without width come with a paste.
_FILLERS = re.compile("[\\s()./\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\\-\u2010-\u2015\u2212]+")
_ABROAD = "+7940"  # Abkhazia, which the tables of numbers count as Russia


class InvalidPhone(ValueError):
    """The text is not a mobile number of Russia; the message is fit for the resident."""


def parse_phone(text: str) -> str:
    """A number typed in any usual way (+7 921…, 8 921…, 921…) as E.164. Raises InvalidPhone."""
    typed = _FILLERS.sub("", text) if len(text) <= LONGEST else ""
    if re.fullmatch(r"\+(?!7)\d{7,15}", typed, re.ASCII):
        raise InvalidPhone("Нужен номер российского мобильного телефона: он начинается с +7 9.")
    match = re.fullmatch(r"(?:\+?7|8)?(\d{10})", typed, re.ASCII)
    if match is None:
        raise InvalidPhone("Проверьте номер: в нём должно быть 11 цифр, например +7 921 000-00-00.")
    phone = f"+7{match[1]}"
    if not _is_mobile_of_russia(phone):
        raise InvalidPhone("Нужен номер российского мобильного телефона: он начинается с +7 9.")
    return phone


def _is_mobile_of_russia(phone: str) -> bool:
    number = phonenumbers.parse(phone)
    return (
        phonenumbers.region_code_for_number(number) == "RU"
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        and not phone.startswith(_ABROAD)
    )


def mask_phone(phone: str) -> str:
    """Enough to recognise one's own number: «+7 9•• •••-••-42»."""
    return f"+7 9•• •••-••-{phone[-2:]}"


def format_phone(phone: str) -> str:
    """E.164 as people write it: «+7 921 555-01-42»."""
    return f"+7 {phone[2:5]} {phone[5:8]}-{phone[8:10]}-{phone[10:12]}"
