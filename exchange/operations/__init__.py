"""What can be done at the door to the supplier's billing system: `importing` registries, `following_up` what they
bring, `deciding` about held ones, `exporting` accepted readings, and taking in what billing is `answering` to them."""

from exchange.operations.answering import Answered, take_reply
from exchange.operations.deciding import NotPossibleNow, decide_on_package
from exchange.operations.exporting import export_readings
from exchange.operations.following_up import follow_up_imports
from exchange.operations.importing import apply_let_in_packages, import_registry
from exchange.operations.reconciling import (
    ask_for_reconciliation,
    count_reconciliation,
    count_waiting_reconciliation,
    plan_reconciliations,
)

__all__ = [
    "Answered",
    "NotPossibleNow",
    "apply_let_in_packages",
    "ask_for_reconciliation",
    "count_reconciliation",
    "count_waiting_reconciliation",
    "decide_on_package",
    "export_readings",
    "follow_up_imports",
    "import_registry",
    "plan_reconciliations",
    "take_reply",
]
