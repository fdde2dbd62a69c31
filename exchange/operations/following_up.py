"""After an import: link requests are looked at again, submissions learn their fate, residents hear of new bills.

The promise is a row written with the package. Each step goes in batches, each batch is whole, and the row says where to
go on: killed anywhere, the sweep finds it. A batch done twice does no harm.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from billing import operations as billing
from billing.models import Supplier
from exchange.models import FollowUp, ImportRun
from exchange.operations.reconciling import count_reconciliation
from meters import operations as meters
from notifications import hints

TASK = "exchange.tasks.follow_up_imports"
LEASE = timedelta(minutes=2)
Done = tuple[int | None, dict[str, int]]
"""Where the step goes on, None when it is through, and what was done."""
Step = FollowUp.Step


def promise_follow_up(run: ImportRun, *, bills_after: billing.NewestBills, at: datetime) -> None:
    """In the transaction of the package."""
    period = read_period(run)
    promised = 0
    if period is not None:
        supplier_id = Supplier.objects.get(code=run.supplier_code).pk
        promised = billing.promise_bill_news(supplier_id=supplier_id, period=period, after=bills_after, at=at)
    FollowUp.objects.update_or_create(
        run=run, defaults={"step": Step.LINK_REQUESTS, "after": 0, "counts": {"news": promised}, "finished_at": None}
    )
    hints.send_hint_on_commit(TASK)


def follow_up_imports(*, at: datetime, may_go_on: Callable[[], bool] = lambda: True) -> bool:
    """Work at everything unfinished, oldest first, until `may_go_on` says no; False when something is left to do."""
    unfinished = FollowUp.objects.filter(finished_at=None).order_by("pk").values_list("run_id", flat=True)
    return all(follow_up_import(run_id=run_id, at=at, may_go_on=may_go_on) for run_id in list(unfinished))


def follow_up_import(
    *,
    run_id: int,
    at: datetime,
    may_go_on: Callable[[], bool] = lambda: True,
    clock: Callable[[], datetime] = timezone.now,
) -> bool:
    """One package; False when `may_go_on` stopped it. What somebody else works at is left to him."""
    row = _claim(run_id, clock())
    if row is None:
        return True
    supplier = Supplier.objects.get(code=row.run.supplier_code)
    while row.step != Step.DONE:
        if not may_go_on():
            _mine(row).update(claimed_until=None)
            return False
        after, counts = _STEPS[Step(row.step)](supplier, row, at)
        for name, count in counts.items():
            row.counts[name] = row.counts.get(name, 0) + count
        mine = _mine(row)
        row.step, row.after = (row.step, after) if after is not None else (_NEXT[Step(row.step)], 0)
        row.finished_at = at if row.step == Step.DONE else None
        row.claimed_until = clock() + LEASE
        fields = ("step", "after", "counts", "finished_at", "claimed_until")
        if not mine.update(**{field: getattr(row, field) for field in fields}):
            return True
    return True


def read_period(run: ImportRun) -> date | None:
    """First day of the month the package is of; None when it does not say."""
    return date.fromisoformat(f"{run.period}-01") if run.period else None


def _claim(run_id: int, now: datetime) -> FollowUp | None:
    free = FollowUp.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), run_id=run_id, finished_at=None)
    if not free.update(claimed_until=now + LEASE):
        return None
    return FollowUp.objects.select_related("run").get(run_id=run_id)


def _mine(row: FollowUp) -> QuerySet[FollowUp]:
    """The row while nobody took it over: whoever was frozen past his lease writes nothing."""
    return FollowUp.objects.filter(pk=row.pk, claimed_until=row.claimed_until)


def _settle_link_requests(supplier: Supplier, row: FollowUp, at: datetime) -> Done:
    return None, {"links": billing.settle_link_requests(supplier_id=supplier.pk, at=at)}


def _settle_submissions(supplier: Supplier, row: FollowUp, at: datetime) -> Done:
    return _tell(meters.settle_waiting(supplier_id=supplier.pk, after=row.after, at=at))


def _settle_corrected(supplier: Supplier, row: FollowUp, at: datetime) -> Done:
    period = read_period(row.run)
    if period is None:
        return None, {}
    return _tell(meters.settle_counted(supplier_id=supplier.pk, period=period, after=row.after, at=at))


def _tell(settled: meters.Settled) -> Done:
    return settled.last, {"counted": settled.counted, "otherwise": settled.otherwise}


def _tell_bill_news(supplier: Supplier, row: FollowUp, at: datetime) -> Done:
    return (0 if billing.tell_bill_news(at=at) else None), {}


def _count_figures(supplier: Supplier, row: FollowUp, at: datetime) -> Done:
    period = read_period(row.run)
    if period is not None:
        count_reconciliation(supplier_id=supplier.pk, period=period, at=at)
    return None, {}


_STEPS: Mapping[Step, Callable[[Supplier, FollowUp, datetime], Done]] = {
    Step.LINK_REQUESTS: _settle_link_requests,
    Step.SUBMISSIONS: _settle_submissions,
    Step.CORRECTED: _settle_corrected,
    Step.BILL_NEWS: _tell_bill_news,
    Step.FIGURES: _count_figures,
}
_NEXT = {
    Step.LINK_REQUESTS: Step.SUBMISSIONS,
    Step.SUBMISSIONS: Step.CORRECTED,
    Step.CORRECTED: Step.BILL_NEWS,
    Step.BILL_NEWS: Step.FIGURES,
    Step.FIGURES: Step.DONE,
}
