"""Phones of residents: mobile numbers of Russia only (domain.md 6)."""

import phonenumbers


class InvalidPhone(ValueError):
    """The text is not a mobile number of Russia; the message is fit for the resident."""


def parse_phone(text: str) -> str:
    """A number typed in any usual way (+7 921…, 8 921…, 921…) as E.164. Raises InvalidPhone."""
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    elif len(digits) == 10 and digits[0] == "9":
        digits = "7" + digits
    if len(digits) != 11 or set(text) - set("+0123456789 ()-\u00a0\u2011.\u2013"):
        raise InvalidPhone("Проверьте номер: в нём должно быть 11 цифр, например +7 921 000-00-00.")
    if not digits.startswith("79") or not phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}")):
        raise InvalidPhone("Нужен номер российского мобильного телефона: он начинается с +7 9.")
    return f"+{digits}"


def mask_phone(phone: str) -> str:
    """Enough to recognise one's own number: «+7 9•• •••-••-42»."""
    return f"+7 9•• •••-••-{phone[-2:]}"


def format_phone(phone: str) -> str:
    """E.164 as people write it: «+7 921 555-01-42»."""
    return f"+7 {phone[2:5]} {phone[5:8]}-{phone[8:10]}-{phone[10:12]}"
