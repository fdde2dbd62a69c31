"""Whether a submission stands on the bill of its month as sent (domain.md 3). Values in the unit of their scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class SentValue:
    """One scale of a submission, as the checks understood it."""

    code: str
    name: str
    unit: str
    value: Decimal


@dataclass(frozen=True)
class ValueOnBill:
    """The current value of one scale on a bill; `kind` is actual, estimated, norm or unknown."""

    value: Decimal
    kind: str


@dataclass(frozen=True)
class OtherValue:
    sent: SentValue
    billed: ValueOnBill


@dataclass(frozen=True)
class Fate:
    """`is_counted`: every scale is on the bill with the value that was sent. `others`: what the bill says instead.

    Neither, while the bill does not speak of this meter, or not of all its scales.
    """

    is_counted: bool
    others: tuple[OtherValue, ...]


def compare_with_bill(sent: Sequence[SentValue], on_bill: Mapping[str, Sequence[ValueOnBill]]) -> Fate:
    """`on_bill` holds the lines of this meter by code of the scale; ranges of prices make several of one scale."""
    is_counted = bool(sent) and all(
        any(line.value == each.value for line in on_bill.get(each.code, ())) for each in sent
    )
    if is_counted:
        return Fate(is_counted=True, others=())
    others = [
        OtherValue(each, max(lines, key=lambda line: line.value))
        for each in sent
        if (lines := on_bill.get(each.code)) and all(line.value != each.value for line in lines)
    ]
    return Fate(is_counted=False, others=tuple(others))
