"""The files of a batch of readings for the billing system: `readings-out.csv` and `readings-out.json`.

A batch is a folder, as a package is. Made anew, it holds the same bytes. The same readings can be had as a workbook.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils import timezone

from exchange.csv_cells import join_cells
from exchange.models import ExportBatch
from exchange.sheets_out import stream_sheet
from meters.models import ReadingReview, Submission, SubmissionValue

READINGS, MANIFEST, SHEET = "readings-out.csv", "readings-out.json", "readings-out.xlsx"
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


def stream_readings(batch: ExportBatch) -> Iterator[bytes]:
    """The CSV file from its header to its last line."""
    yield join_cells(COLUMNS).encode()
    for lines in _get_lines(batch):
        yield lines.encode()


def stream_workbook(batch: ExportBatch) -> Iterator[bytes]:
    return stream_sheet(COLUMNS, _get_lines(batch))


def _get_lines(batch: ExportBatch) -> Iterator[str]:
    return batch.exported.order_by("pk").values_list("lines", flat=True).iterator()


def stream_manifest(batch: ExportBatch) -> Iterator[bytes]:
    manifest = {
        "format": 1,
        "supplier": batch.supplier.code,
        "period": f"{batch.period:%Y-%m}",
        "batch": batch.number,
        "rows": batch.rows,
        "created_at": timezone.localtime(batch.created_at).isoformat(timespec="seconds"),
    }
    yield (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


COMPOSERS = {READINGS: ("text/csv; charset=utf-8", stream_readings), MANIFEST: ("application/json", stream_manifest)}
"""The files of a batch by name, in the order they are written: the manifest last, when all the rest is there."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOWNLOADS = {READINGS: COMPOSERS[READINGS], SHEET: (XLSX, stream_workbook), MANIFEST: COMPOSERS[MANIFEST]}
"""What staff may take, which is also the way to issue a lost file again."""


def write_batch(batch: ExportBatch, folder: Path, *, with_sheet: bool = False) -> Path:
    """Writes the folder of the batch inside `folder`."""
    place = folder / str(batch)
    place.mkdir(parents=True, exist_ok=True)
    files = ({SHEET: DOWNLOADS[SHEET]} if with_sheet else {}) | COMPOSERS
    for name, (_, compose) in files.items():
        _write_whole(place / name, compose(batch))
    return place


def _write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Nobody who looks into the folder sees half a file."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as stream:
        stream.writelines(parts)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
