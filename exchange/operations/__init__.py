"""What can be done at the door to the supplier's billing system: packages `arriving` or found by `watching`, the runner
`running` them, `importing` registries, `following_up` what they bring, `deciding` about held ones and `telling` staff,
`exporting` accepted readings, taking in what billing is `answering` to them, and `reconciling`."""

from exchange.operations.answering import Answered, take_reply
from exchange.operations.arriving import bring_package, cancel_arrival, drop_arrival, sweep_arrivals, wish_for_arrival
from exchange.operations.deciding import NotPossibleNow, decide_on_package
from exchange.operations.exporting import export_readings
from exchange.operations.following_up import follow_up_imports
from exchange.operations.importing import apply_let_in_package, begin_run, import_registry
from exchange.operations.reconciling import (
    ask_for_reconciliation,
    count_reconciliation,
    count_waiting_reconciliation,
    plan_reconciliations,
)
from exchange.operations.running import (
    Lease,
    claim_arrival,
    finish_arrival,
    holds_lease,
    note_run,
    put_back,
    refuse_arrival,
    renew_lease,
)
from exchange.operations.watching import fetch_dropped, look_for_packages, put_away

__all__ = [
    "Answered",
    "Lease",
    "NotPossibleNow",
    "apply_let_in_package",
    "ask_for_reconciliation",
    "begin_run",
    "bring_package",
    "cancel_arrival",
    "claim_arrival",
    "count_reconciliation",
    "count_waiting_reconciliation",
    "decide_on_package",
    "drop_arrival",
    "export_readings",
    "fetch_dropped",
    "finish_arrival",
    "follow_up_imports",
    "holds_lease",
    "import_registry",
    "look_for_packages",
    "note_run",
    "plan_reconciliations",
    "put_away",
    "put_back",
    "refuse_arrival",
    "renew_lease",
    "sweep_arrivals",
    "take_reply",
    "wish_for_arrival",
]
