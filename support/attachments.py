"""Files of reports in the storage: written before their rows, taken away again when the rows do not come."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Sum

from accounts.models import User
from support.documents import ENDINGS, Document
from support.models import Attachment, ErrorReport, ReportMessage

DAILY_BYTES = 50 * 1024 * 1024
log = structlog.get_logger()


class NotKept(Exception):
    """The storage is full or away."""

    def __init__(self) -> None:
        super().__init__("Файлы сейчас не сохраняются. Попробуйте через несколько минут или отправьте без них.")


class DailyBytesSpent(Exception):
    """More than 50 MiB in a day from one resident (security.md A8)."""

    def __init__(self) -> None:
        super().__init__("За сутки можно приложить до 50 МБ, и они уже приложены. Остальное отправьте завтра.")


@dataclass(frozen=True)
class StoredFile:
    document: Document
    path: str


@contextmanager
def stored(documents: Sequence[Document], *, at: datetime) -> Iterator[list[StoredFile]]:
    """Write the files under names nobody can guess; when the block raises, they are gone. Raises NotKept."""
    files: list[StoredFile] = []
    try:
        try:
            for document in documents:
                path = f"reports/{at:%Y/%m}/{uuid4().hex}{ENDINGS[document.content_type]}"
                files.append(StoredFile(document, default_storage.save(path, ContentFile(document.content))))
        except OSError as error:
            log.exception("attachment_not_stored")
            raise NotKept from error
        yield files
    except BaseException:
        for file in files:
            default_storage.delete(file.path)
        raise


def attach(
    files: Sequence[StoredFile],
    *,
    user: User,
    report: ErrorReport,
    message: ReportMessage | None = None,
    at: datetime,
) -> list[Attachment]:
    """Write the rows. The caller holds the lock on the user's row. Raises DailyBytesSpent."""
    if not files:
        return []
    sent = Attachment.objects.filter(report__user=user, added_at__gt=at - timedelta(days=1))
    spent = sent.aggregate(total=Sum("size"))["total"] or 0
    if spent + sum(len(file.document.content) for file in files) > DAILY_BYTES:
        raise DailyBytesSpent
    return Attachment.objects.bulk_create(
        Attachment(
            report=report,
            message=message,
            file=file.path,
            name=file.document.name,
            content_type=file.document.content_type,
            size=len(file.document.content),
            added_at=at,
        )
        for file in files
    )
