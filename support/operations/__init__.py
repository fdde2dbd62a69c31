"""What can be done with a report: by the resident, and by staff."""

from support.operations.residents import ReportRefused, add_message, report_error
from support.operations.staff import (
    ReportClosed,
    ReportTakenByAnother,
    answer_report,
    confirm_replacement,
    decline_report,
    resolve_report,
    take_report,
)

__all__ = [
    "ReportClosed",
    "ReportRefused",
    "ReportTakenByAnother",
    "add_message",
    "answer_report",
    "confirm_replacement",
    "decline_report",
    "report_error",
    "resolve_report",
    "take_report",
]
