"""From how much on a package is held: what is usual, what the installation says, and what staff decided last."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from exchange.comparisons import COMPARISONS
from exchange.gate_models import GateThreshold

REJECTS = "rejects"


@dataclass(frozen=True)
class Threshold:
    """Held are packages with at least `least` rows that look wrong which are more than `share` of those looked at."""

    share: Decimal
    least: int

    def is_passed(self, count: int, of: int) -> bool:
        return count >= self.least and count > self.share * of

    def __str__(self) -> str:
        """«2 %, не меньше 5»."""
        percent = f"{(self.share * 100).normalize():f}".replace(".", ",")
        return f"{percent}\u00a0%, не меньше {self.least}"


USUAL: Mapping[str, Threshold] = {
    **{comparison.code: Threshold(comparison.share, comparison.least) for comparison in COMPARISONS},
    REJECTS: Threshold(Decimal("0.05"), 20),
}
TITLES: Mapping[str, str] = {
    **{comparison.code: comparison.title for comparison in COMPARISONS},
    REJECTS: "Отклонены строки",
}


def get_thresholds(supplier_code: str) -> dict[str, Threshold]:
    """By code of the comparison. `settings.REGISTRY_GATE` speaks where staff have not. One statement."""
    said: Mapping[str, Mapping[str, str]] = getattr(settings, "REGISTRY_GATE", {}).get(supplier_code, {})
    thresholds = {
        code: Threshold(
            Decimal(said.get(code, {}).get("share", usual.share)), int(said.get(code, {}).get("least", usual.least))
        )
        for code, usual in USUAL.items()
    }
    decided = GateThreshold.objects.filter(supplier__code=supplier_code).order_by("code", "-pk").distinct("code")
    return thresholds | {row.code: Threshold(row.share, row.least) for row in decided if row.code in USUAL}
