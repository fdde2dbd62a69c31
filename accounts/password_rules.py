"""«Требования к паролю» (domain.md 1.1): what the checklist shows and the server asks for."""

import string

MAX_LENGTH = 128
RULES = (
    ("latin", "Буквы только латинского алфавита"),
    ("length", "Не менее 8 символов"),
    ("upper", "Заглавные буквы"),
    ("lower", "Строчные буквы"),
    ("digit", "Цифры"),
    ("symbols", "Любые символы кроме пробелов"),
)

DEEDS = {
    "latin": "буквы оставьте только латинского алфавита",
    "length": "сделайте его не короче 8 символов",
    "upper": "добавьте заглавную букву",
    "lower": "добавьте строчную букву",
    "digit": "добавьте цифру",
    "symbols": "уберите пробелы и необычные знаки",
}


def check_password(text: str) -> list[str]:
    """Codes of the rules not met; letters are Latin, symbols any printable ASCII but white space."""
    met = {
        "latin": not any(character.isalpha() and not character.isascii() for character in text),
        "length": len(text) >= 8,
        "upper": any(character in string.ascii_uppercase for character in text),
        "lower": any(character in string.ascii_lowercase for character in text),
        "digit": any(character in string.digits for character in text),
        "symbols": bool(text)
        and not any(character.isspace() for character in text)
        and all(character.isalpha() or 32 < ord(character) < 127 for character in text),
    }
    return [code for code, _ in RULES if not met[code]]


def say_what_to_do(missing: list[str]) -> str:
    """«Пароль пока не подходит: добавьте заглавную букву, цифру.»"""
    deeds: list[str] = []
    for code in missing:
        deed = DEEDS[code]
        if deeds and deed.startswith("добавьте") and deeds[-1].startswith("добавьте"):
            deeds[-1] += f", {deed.removeprefix('добавьте ')}"
        else:
            deeds.append(deed)
    return f"Пароль пока не подходит: {'; '.join(deeds)}."
