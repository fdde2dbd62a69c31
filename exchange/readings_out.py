"""The files of a batch of readings for the billing system: `readings-out.csv` and `readings-out.json`.

A batch is a folder, as a package is. Made anew, it holds the same bytes.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils import timezone

from exchange.csv_cells import join_cells
from exchange.models import ExportBatch
from meters.models import ReadingReview, Submission, SubmissionValue

READINGS, MANIFEST = "readings-out.csv", "readings-out.json"
COLUMNS = ("receipt", "account", "registration", "serial", "code", "taken_on", "value", "accepted_at", "checked")


def compose_lines(submission: Submission) -> list[str]:
    """One line for each scale. Values, reviews, account and meter must be loaded."""
    values = [value for value in submission.values.all() if value.value is not None]
    return [_compose_line(submission, value) for value in sorted(values, key=lambda value: value.scale.code)]


def _compose_line(submission: Submission, value: SubmissionValue) -> str:
    accepted_at = timezone.localtime(submission.accepted_at) if submission.accepted_at else None
    return join_cells(
        (
            submission.receipt,
            submission.account.number,
            submission.meter.registration,
            submission.meter.serial,
            value.scale.code,
            submission.taken_on.isoformat(),
            f"{value.value.normalize():f}" if value.value is not None else "",
            accepted_at.isoformat(timespec="seconds") if accepted_at else "",
            tell_who_checked(submission),
        )
    )


def tell_who_checked(submission: Submission) -> str:
    """`staff` when a person accepted it, `resident` when a question was answered, else `rules`."""
    if any(review.decision == ReadingReview.Decision.ACCEPT for review in submission.reviews.all()):
        return "staff"
    return "resident" if submission.confirmed_at else "rules"


def stream_readings(batch: ExportBatch) -> Iterator[str]:
    """The CSV file from its header to its last line."""
    yield join_cells(COLUMNS)
    yield from batch.exported.order_by("pk").values_list("lines", flat=True).iterator()


def stream_manifest(batch: ExportBatch) -> Iterator[str]:
    manifest = {
        "format": 1,
        "supplier": batch.supplier.code,
        "period": f"{batch.period:%Y-%m}",
        "batch": batch.number,
        "rows": batch.rows,
        "created_at": timezone.localtime(batch.created_at).isoformat(timespec="seconds"),
    }
    yield json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"


COMPOSERS = {READINGS: ("text/csv; charset=utf-8", stream_readings), MANIFEST: ("application/json", stream_manifest)}
"""The files of a batch by name, in the order they are written: the manifest last, when all the rest is there."""


def write_batch(batch: ExportBatch, folder: Path) -> Path:
    """Writes the folder of the batch inside `folder`."""
    place = folder / str(batch)
    place.mkdir(parents=True, exist_ok=True)
    for name, (_, compose) in COMPOSERS.items():
        _write_whole(place / name, compose(batch))
    return place


def _write_whole(path: Path, parts: Iterable[str]) -> None:
    """Nobody who looks into the folder sees half a file."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(parts)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
