"""What can be done with readings: `sending` by a resident, `checking` by the worker, `deciding` by people,
`settling` by the bill."""

from meters.operations.checking import check_waiting_submissions
from meters.operations.deciding import (
    NotPossibleNow,
    confirm_submission,
    review_submission,
    take_suggestion,
    withdraw_submission,
)
from meters.operations.sending import NothingToSend, differs_from, submit_readings
from meters.operations.settling import mark_billed_submissions

__all__ = [
    "NotPossibleNow",
    "NothingToSend",
    "check_waiting_submissions",
    "confirm_submission",
    "differs_from",
    "mark_billed_submissions",
    "review_submission",
    "submit_readings",
    "take_suggestion",
    "withdraw_submission",
]
