"""Staff decide about a held package: let in, or refused; who, when and why is a row."""

from datetime import datetime

from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from exchange.kept_packages import drop_package, find_package
from exchange.models import Arrival, HoldDecision, ImportRun


class NotPossibleNow(Exception):
    """The package waits for no decision; the message says so to staff."""

    def __init__(self, message: str = "Об этом пакете уже решено.") -> None:
        super().__init__(message)


def decide_on_package(*, run_id: int, staff: User, decision: str, reason: str, at: datetime) -> HoldDecision:
    """Let in, the package waits for the runner like any other (`Arrival`); refused, its copy goes.

    Raises `NotPossibleNow`.
    """
    made = _write_decision(run_id, staff, decision, reason, at)
    if made.decision == HoldDecision.Decision.REFUSE:
        drop_package(run_id)
    return made


@transaction.atomic(durable=True)
def _write_decision(run_id: int, staff: User, decision: str, reason: str, at: datetime) -> HoldDecision:
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if not run.can_be_decided:
        raise NotPossibleNow
    is_let_in = decision == HoldDecision.Decision.LET_IN
    if is_let_in and not find_package(run.pk).exists():
        raise NotPossibleNow("Копии пакета больше нет: впустить можно будет, когда его пришлют снова.")
    run.status = ImportRun.Status.LET_IN if is_let_in else ImportRun.Status.REFUSED
    run.save(update_fields=["status"])
    if is_let_in:
        Arrival.objects.create(
            way=Arrival.Way.LET_IN,
            name=run.source[:200],
            supplier_code=run.supplier_code,
            period=run.period,
            status=Arrival.Status.WAITING,
            wish=Arrival.Wish.APPLY,
            brought_by=staff,
            run=run,
            received_at=at,
            next_try_at=at,
        )
    figures = {"what": f"package.{decision}", "run": run.pk}
    record_event(Kind.STAFF_DECISION, staff=staff, figures=figures, at=at)
    return HoldDecision.objects.create(
        run=run, staff=staff, decision=decision, reason=reason, holds=run.holds, decided_at=at
    )
