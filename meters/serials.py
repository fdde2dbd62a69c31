"""Numbers on the cases of meters, however they are typed (domain.md 5)."""

import re
import unicodedata


def normalise_serial(text: str) -> str:
    """The number alone: without series and other letters, signs, spaces and leading zeros.

    A look-alike letter beside digits is a slip of the keyboard (О for 0, З for 3); a number without a digit is empty.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    folded = re.sub(r"(?<=\d)[OО](?=\d|\b)|(?<!\w)[OО](?=\d)", "0", folded)
    folded = re.sub(r"(?<=\d)З(?=\d|\b)", "3", folded)
    digits = "".join(character for character in folded if character.isascii() and character.isdigit())
    return digits.lstrip("0") or ("0" if digits else "")
