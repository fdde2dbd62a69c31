"""What can be done with readings: `sending` and `deciding` by a resident, `checking` by the worker, `reviewing` by
staff, `handing_over` to the billing system, `settling` by the bill."""

from meters.operations.checking import check_waiting_submissions
from meters.operations.deciding import (
    NotPossibleNow,
    confirm_submission,
    may_restore,
    restore_submission,
    take_suggestion,
    withdraw_submission,
)
from meters.operations.handing_over import (
    count_ready_to_hand_over,
    count_waiting_for_staff,
    get_periods_to_hand_over,
    hand_over_submissions,
    take_back_submissions,
)
from meters.operations.moving import CODE as OTHER_METER
from meters.operations.moving import move_readings
from meters.operations.naming import name_meter
from meters.operations.photographing import attach_photo, forget_old_photos
from meters.operations.replacing import ReplacementNotPossible, replace_meter
from meters.operations.reviewing import DecidedMeanwhile, replace_by_inspection, review_submission
from meters.operations.sending import NothingToSend, differs_from, submit_readings
from meters.operations.settling import Settled, mark_billed_submissions, settle_counted, settle_waiting
from meters.operations.thresholds import set_thresholds
from meters.operations.trying_thresholds import cancel_threshold_trial, start_threshold_trial, take_trial_step

__all__ = [
    "OTHER_METER",
    "DecidedMeanwhile",
    "NotPossibleNow",
    "NothingToSend",
    "ReplacementNotPossible",
    "Settled",
    "attach_photo",
    "cancel_threshold_trial",
    "check_waiting_submissions",
    "confirm_submission",
    "count_ready_to_hand_over",
    "count_waiting_for_staff",
    "differs_from",
    "forget_old_photos",
    "get_periods_to_hand_over",
    "hand_over_submissions",
    "mark_billed_submissions",
    "may_restore",
    "move_readings",
    "name_meter",
    "replace_by_inspection",
    "replace_meter",
    "restore_submission",
    "review_submission",
    "set_thresholds",
    "settle_counted",
    "settle_waiting",
    "start_threshold_trial",
    "submit_readings",
    "take_back_submissions",
    "take_suggestion",
    "take_trial_step",
    "withdraw_submission",
]
