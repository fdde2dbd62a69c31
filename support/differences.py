"""What a bill says instead of what a resident sent, as the text of an error report."""

from accounts.models import User
from billing.calendar import name_month
from meters.billed_otherwise import tell_billed_otherwise
from meters.models import Submission
from meters.queries.submissions import get_submission


def tell_difference(user: User, receipt: str) -> str:
    """Ready to be sent as it is; nothing for a stranger's receipt, or for one the bill agrees with."""
    if not receipt:
        return ""
    try:
        submission = get_submission(user, receipt)
    except Submission.DoesNotExist:
        return ""
    otherwise = tell_billed_otherwise(submission)
    if otherwise is None:
        return ""
    lines = [f"«{name}»: передано {sent}, в счёте {billed}." for name, sent, billed in otherwise.rows]
    return "\n".join(
        [
            f"В счёте за {name_month(submission.period)} {submission.period.year} другие показания счётчика "
            f"№ {submission.meter.label}, чем передано по квитанции № {submission.receipt}.",
            *lines,
            "Прошу пересчитать.",
        ]
    )
