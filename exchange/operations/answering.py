"""The billing system answers: what it took is acknowledged, what it refused goes back with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Q

from billing.models import Supplier
from exchange.models import ExportBatch, ExportedSubmission
from exchange.rejects import Reject
from exchange.replies import LAYOUT, Answer, read_reply
from meters import operations as meters

CHUNK = 500


@dataclass
class Answered:
    """What came of a reply; `same` were answered so before, `rejects` are lines that were not taken."""

    acknowledged: int = 0
    refused: int = 0
    same: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, answer: Answer, reason: str) -> None:
        self.rejects.append(Reject(LAYOUT.file, answer.line, "receipt", answer.receipt, reason))


def take_reply(path: Path, *, at: datetime, suppliers: Iterable[Supplier] | None = None) -> Answered:
    """Line by line, in steps each whole: the same file again goes on where it was stopped and changes nothing twice.

    A reply speaks of one supplier: that of its first known receipt. `suppliers` are those for whom one may answer;
    receipts of others are not known then. Raises `UnreadablePackage` for what is no reply.
    """
    reply = read_reply(path)
    answered = Answered(rejects=reply.rejects)
    answers = _join_answers(reply.answers)
    supplier_id: int | None = None
    allowed = None if suppliers is None else {supplier.pk for supplier in suppliers}
    for start in range(0, len(answers), CHUNK):
        supplier_id = _take_chunk(answers[start : start + CHUNK], supplier_id, answered, at, allowed)
    answered.rejects.sort(key=lambda reject: reject.line)
    return answered


def _join_answers(answers: Sequence[Answer]) -> list[Answer]:
    """One for each receipt: refused when any of its lines is, with all the reasons."""
    joined: dict[str, Answer] = {}
    for answer in answers:
        former = joined.get(answer.receipt)
        if former is None:
            joined[answer.receipt] = answer
        elif answer.is_refused and answer.reason not in former.reason:
            reason = f"{former.reason}; {answer.reason}" if former.is_refused else answer.reason
            joined[answer.receipt] = replace(former, is_refused=True, reason=reason[:300])
    return list(joined.values())


@transaction.atomic(durable=True)
def _take_chunk(
    answers: Sequence[Answer], supplier_id: int | None, answered: Answered, at: datetime, allowed: set[int] | None
) -> int | None:
    rows = ExportedSubmission.objects.filter(submission__receipt__in=[answer.receipt for answer in answers])
    if allowed is not None:
        rows = rows.filter(batch__supplier__in=allowed)
    rows = rows.select_related("batch", "submission").order_by("pk").select_for_update(of=("self",))
    exported = {row.submission.receipt: row for row in rows}
    if supplier_id is None:
        known = (exported[answer.receipt] for answer in answers if answer.receipt in exported)
        supplier_id = next((row.batch.supplier_id for row in known), None)
    new: dict[str, Answer] = {}
    for answer in answers:
        row = exported.get(answer.receipt)
        if row is None:
            answered.reject(answer, "такой квитанции нет в выгрузках")
        elif row.batch.supplier_id != supplier_id:
            answered.reject(answer, "квитанция другого поставщика")
        elif row.status == ExportedSubmission.Status.REFUSED and not answer.is_refused:
            answered.reject(answer, "раньше поставщик её не принял, и житель об этом знает")
        elif row.status == _status(answer):
            answered.same += 1
        else:
            new[answer.receipt] = answer
    _write_answers({exported[receipt].pk: answer for receipt, answer in new.items()}, exported, answered, at)
    return supplier_id


def _status(answer: Answer) -> ExportedSubmission.Status:
    return ExportedSubmission.Status.REFUSED if answer.is_refused else ExportedSubmission.Status.ACKNOWLEDGED


def _write_answers(
    new: Mapping[int, Answer], exported: Mapping[str, ExportedSubmission], answered: Answered, at: datetime
) -> None:
    rows = [row for row in exported.values() if row.pk in new]
    refusals = {row.submission_id: (new[row.pk].reason, row.batch.created_at) for row in rows if new[row.pk].is_refused}
    taken_back = meters.take_back_submissions(refusals=refusals, at=at) if refusals else set()
    written = []
    for row in rows:
        answer = new[row.pk]
        if answer.is_refused and row.submission_id not in taken_back:
            answered.reject(answer, "уже учтена в счёте")
            continue
        row.status, row.reason, row.answered_at = _status(answer), answer.reason, at
        written.append(row)
        if answer.is_refused:
            answered.refused += 1
        else:
            answered.acknowledged += 1
    ExportedSubmission.objects.bulk_update(written, ["status", "reason", "answered_at"])
    for batch_id in sorted({row.batch_id for row in written}):
        _count_answers(batch_id, at)


def _count_answers(batch_id: int, at: datetime) -> None:
    batch = ExportBatch.objects.select_for_update().get(pk=batch_id)
    counts = batch.exported.aggregate(
        acknowledged=Count("pk", filter=Q(status=ExportedSubmission.Status.ACKNOWLEDGED)),
        refused=Count("pk", filter=Q(status=ExportedSubmission.Status.REFUSED)),
    )
    batch.acknowledged, batch.refused = counts["acknowledged"], counts["refused"]
    batch.note_answers()
    batch.answered_at = at
    batch.save(update_fields=["acknowledged", "refused", "status", "answered_at"])
