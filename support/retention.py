"""Documents of reports are not kept for ever (security.md P4)."""

from datetime import datetime

from django.core.files.storage import default_storage

from support.models import Attachment


def forget_attachments(*, before: datetime, limit: int) -> int:
    """Delete documents of reports that were closed before then; a file goes first, so that none is left without a row.

    Killed in between, the next run finds the rows again and deletes what is left.
    """
    old = dict(Attachment.objects.filter(report__closed_at__lt=before).order_by("pk").values_list("pk", "file")[:limit])
    for path in old.values():
        default_storage.delete(path)
    return Attachment.objects.filter(pk__in=old).delete()[0]
