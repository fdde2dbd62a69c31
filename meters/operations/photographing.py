"""A resident shows the register: a photo is kept beside the submission for whoever decides about it."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts import limits
from accounts.models import User
from meters.models import MeterPhoto, Submission
from meters.operations.fates import lock_meters
from meters.photos import MOST, PhotoRefused
from meters.verdicts import wants_photo

PHOTOS = limits.Limit("meter-photos-user-day", 30, timedelta(days=1), "more than all meters of a household need")
KEPT_FOR = timedelta(days=3 * 365)
"""As long as the documents of error reports (security.md P4)."""
log = structlog.get_logger()


def attach_photo(*, user: User, receipt: str, picture: bytes, at: datetime) -> MeterPhoto:
    """Keep a picture that `photos.read_photo` gave. The same picture again is the row it was.

    The file is written before its row, under a name nobody can guess, and goes when the row does not come. Raises
    PhotoRefused, and Submission.DoesNotExist for a stranger's.
    """
    path = f"meters/{at:%Y/%m}/{uuid4().hex}.jpg"
    try:
        path = default_storage.save(path, ContentFile(picture))
    except OSError as error:
        log.exception("photo_not_stored")
        raise PhotoRefused("Снимок сейчас не сохраняется. Попробуйте через несколько минут.") from error
    photo = None
    try:
        photo = _write_row(user, receipt, path, picture, at)
        return photo
    finally:
        if photo is None or photo.file.name != path:
            default_storage.delete(path)


@transaction.atomic(durable=True)
def _write_row(user: User, receipt: str, path: str, picture: bytes, at: datetime) -> MeterPhoto:
    wanted = Submission.objects.visible_to(user).filter(receipt=receipt)
    lock_meters([wanted.get().meter_id])
    submission = wanted.prefetch_related("photos").get()
    digest = sha256(picture).hexdigest()
    former = next((photo for photo in submission.photos.all() if photo.digest == digest), None)
    if former is not None:
        return former
    if not wants_photo(submission):
        raise PhotoRefused("Об этих показаниях уже решено, снимок больше не нужен.")
    if len(submission.photos.all()) >= MOST:
        raise PhotoRefused(f"Уже приложено {MOST} снимка, этого достаточно.")
    if not limits.consume(PHOTOS, str(user.pk), at=at):
        raise PhotoRefused("Сегодня от вас уже много снимков. Остальные приложите завтра.")
    return MeterPhoto.objects.create(
        submission=submission, user=user, file=path, digest=digest, size=len(picture), added_at=at
    )


def forget_old_photos(*, at: datetime, limit: int = 500) -> int:
    """Files go before their rows; killed in between, the next run goes on. Returns how many went."""
    old = list(MeterPhoto.objects.filter(added_at__lt=at - KEPT_FOR).order_by("added_at")[:limit])
    for photo in old:
        default_storage.delete(str(photo.file.name))
    MeterPhoto.objects.filter(pk__in=[photo.pk for photo in old]).delete()
    return len(old)
