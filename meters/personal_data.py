"""What a copy of personal data tells of the meters at linked accounts (`settings.DATA_EXPORT_PARTS`)."""

from collections.abc import Iterator
from functools import partial

from django.db.models import QuerySet

from accounts.models import User
from accounts.privacy.archive import OwnFile
from accounts.privacy.personal_data import Part
from billing.models import PersonalAccount
from meters.models import Installation, Meter, MeterPhoto, Reading, Scale


def get_parts() -> list[Part]:
    return [
        Part(Meter, Meter.objects.visible_to),
        Part(Installation, _find_installations),
        Part(Scale, _find_scales),
        Part(Reading, Reading.objects.visible_to),
    ]


def _find_installations(user: User) -> QuerySet[Installation]:
    return Installation.objects.filter(account__in=PersonalAccount.objects.visible_to(user))


def _find_scales(user: User) -> QuerySet[Scale]:
    return Scale.objects.filter(meter__in=Meter.objects.visible_to(user))


def get_files(user: User) -> Iterator[OwnFile]:
    """Photos of meters, by the receipt they belong to (`settings.DATA_EXPORT_FILES`)."""
    for photo in MeterPhoto.objects.filter(user=user).select_related("submission").order_by("-pk"):
        name = f"{photo.submission.receipt}/{photo.pk}.jpg"
        yield OwnFile(name=name, size=photo.size, read=partial(_read, photo))


def _read(photo: MeterPhoto) -> bytes:
    with photo.file.open("rb") as file:
        return bytes(file.read())
