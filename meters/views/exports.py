"""«Скачать»: the readings of one meter as a file, all or those chosen in its history."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.residents import resident_of
from billing.models import Link
from meters.exports.csv import write_csv
from meters.exports.green_button import write_green_button
from meters.exports.json import write_json
from meters.exports.rows import ExportedReading, Rows
from meters.exports.xlsx import write_xlsx
from meters.history_filter import read_filter
from meters.queries.exports import get_exported_meter, get_exported_readings
from meters.queries.places import get_neighbourhood

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json", "xml": "application/atom+xml; charset=utf-8"}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_IN_MEMORY = 1 << 20
LINES_AT_ONCE = 200


@require_safe
def meter_readings(request: HttpRequest, pk: int, file_format: str) -> StreamingHttpResponse:
    user, now = resident_of(request), timezone.now()
    if file_format not in {*TYPES, "xlsx"}:
        raise Http404
    try:
        around = get_neighbourhood(user, pk)
    except Link.DoesNotExist as error:
        raise Http404 from error
    meter, wanted = get_exported_meter(around), read_filter(request.GET.dict())
    name = f"readings-{_make_plain(meter.serial)}-{timezone.localdate(now):%Y-%m-%d}.{file_format}"

    def rows() -> Iterator[ExportedReading]:
        return get_exported_readings(user, around, meter, wanted)

    if file_format == "xlsx":
        return _send_sheet(rows, name)
    lines = {
        "csv": lambda: write_csv(rows()),
        "json": lambda: write_json(meter, rows()),
        "xml": lambda: write_green_button(meter, rows, at=now, zone=ZoneInfo(settings.TIME_ZONE)),
    }[file_format]()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_gather(lines), content_type=TYPES[file_format], headers=headers)


def _send_sheet(rows: Rows, name: str) -> FileResponse:
    """A workbook can only be sent when it is whole: a long one waits on disk."""
    file = tempfile.SpooledTemporaryFile(max_size=LARGEST_IN_MEMORY)  # noqa: SIM115  the response closes it
    write_xlsx(rows(), file)
    file.seek(0)
    headers = {"Cache-Control": "no-store"}
    return FileResponse(file, as_attachment=True, filename=name, content_type=SHEET, headers=headers)


def _gather(lines: Iterable[str]) -> Iterator[bytes]:
    """Many lines to a piece: each piece costs a call of the server."""
    waiting = iter(lines)
    while piece := "".join(islice(waiting, LINES_AT_ONCE)):
        yield piece.encode()


def _make_plain(serial: str) -> str:
    """What may stand in the name of a file anywhere."""
    return re.sub("[^A-Za-z0-9]+", "-", serial).strip("-") or "meter"
