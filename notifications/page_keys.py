"""Pages of a long list: each begins after the row of the one before it, whose key stands in the address."""

LONGEST = 18
"""Digits: as many as a key of the database surely has."""


def read_key(text: str) -> int | None:
    """The key that an address names; None for what is no key."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None
