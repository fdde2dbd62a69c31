"""Whose word a reading is: in words and by a sign, never by colour alone (domain.md 3)."""

from dataclasses import dataclass

from meters.models import Reading


@dataclass(frozen=True)
class Origin:
    """`icon` is one of the face's line icons."""

    words: str
    icon: str
    is_estimate: bool = False


_SOURCES = {
    Reading.Source.RESIDENT: Origin("ваше", "user"),
    Reading.Source.INSPECTOR: Origin("контролёр", "eye"),
    Reading.Source.AUTOMATIC: Origin("прибор", "send"),
    Reading.Source.SUPPLIER: Origin("от поставщика", "building"),
}
_ESTIMATES = {
    Reading.Kind.ESTIMATED: Origin("по среднему", "chart", is_estimate=True),
    Reading.Kind.NORM: Origin("по нормативу", "list", is_estimate=True),
}
OTHER_RESIDENT = Origin("другой житель", "group")
UNKNOWN = Origin("фактическое", "drum")


def get_origin(kind: str, source: str) -> Origin:
    """An estimate is told as an estimate, whoever sent it."""
    estimate = _ESTIMATES.get(Reading.Kind(kind))
    return estimate or (_SOURCES[Reading.Source(source)] if source else UNKNOWN)


def name_origin(kind: str, source: str) -> str:
    """«ваше», «контролёр», «по среднему»; nothing where no reading is known."""
    return get_origin(kind, source).words if kind else ""
