"""Text that is safe in a cell: spreadsheets take some first letters for a formula (OWASP, security.md A9). Pure."""

import re

_BEGINS_A_FORMULA = re.compile("[=+\\-@\t\r\n\0＝＋－＠]")
_NOT_FOR_SHEETS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def make_harmless(text: str) -> str:
    """An apostrophe goes before what a spreadsheet would reckon out."""
    return f"'{text}" if _BEGINS_A_FORMULA.match(text) else text


def strip_control(text: str) -> str:
    """Without the characters that neither XML nor a sheet may hold."""
    return _NOT_FOR_SHEETS.sub("", text)
