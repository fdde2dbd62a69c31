"""What a bill says instead of what a resident sent or the portal holds, as the text of an error report."""

from collections.abc import Mapping
from datetime import date

from accounts.models import User
from billing.calendar import name_month
from billing.models import Link
from meters.billed_otherwise import tell_billed_otherwise
from meters.models import Submission
from meters.paper_bill import PaperBillForm, check_paper_bill
from meters.queries.places import get_neighbourhood
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


def tell_paper_difference(user: User, meter_id: int, asked: Mapping[str, str], *, on: date) -> str:
    """The same of values read off a paper bill, as `PaperBillForm` takes them; nothing for a stranger's meter."""
    try:
        around = get_neighbourhood(user, meter_id)
    except Link.DoesNotExist:
        return ""
    form = PaperBillForm(asked, meter=around.place.meter, scales=around.scales, on=on)
    if not form.is_valid():
        return ""
    found = check_paper_bill(user, around, form.period, form.values)
    return found.report if found.check.is_wrong else ""
