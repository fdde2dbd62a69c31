"""A value typed into whichever form, read as the worker reads it, so that a slip is said at once beside its field."""

from decimal import Decimal

from meters.models import Meter, Scale
from meters.plausibility import Finding, Severity, parse_value
from meters.verdict_words import tell_finding


def read_typed(text: str, meter: Meter, scale: Scale) -> tuple[Decimal | None, str]:
    """The value, and what is wrong with it in words; one of them is empty."""
    parsed = parse_value(text, meter.digits_left, meter.digits_right)
    return parsed.value, tell_slip(parsed.problem, meter, scale) if parsed.problem else ""


def tell_slip(code: str, meter: Meter, scale: Scale) -> str:
    """Words for a finding about one scale, by its code in domain.md 4."""
    figures = {
        "name": scale.name,
        "digits_left": str(meter.digits_left or ""),
        "digits_right": str(meter.digits_right or 0),
    }
    words = tell_finding(Finding(code, (Severity.BLOCK,), scale.code, figures))
    return f"{words.title} {words.text}".strip()
