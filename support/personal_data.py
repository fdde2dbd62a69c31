"""The documents of a resident's reports, for the copy of personal data (`settings.DATA_EXPORT_FILES`)."""

from collections.abc import Iterator
from functools import partial

from accounts.models import User
from accounts.privacy.archive import OwnFile
from support.models import Attachment


def get_files(user: User) -> Iterator[OwnFile]:
    attachments = Attachment.objects.filter(report__user=user).select_related("report").order_by("-pk")
    for attachment in attachments:
        name = f"{attachment.report.number}/{attachment.pk}-{attachment.name}"
        yield OwnFile(name=name, size=attachment.size, read=partial(_read, attachment))


def _read(attachment: Attachment) -> bytes:
    with attachment.file.open("rb") as file:
        return bytes(file.read())
