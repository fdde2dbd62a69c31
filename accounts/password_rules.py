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
