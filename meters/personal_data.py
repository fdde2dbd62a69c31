"""What a copy of personal data tells of the meters at linked accounts (`settings.DATA_EXPORT_PARTS`)."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.privacy.personal_data import Part
from billing.models import PersonalAccount
from meters.models import Installation, Meter, Reading, Scale


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
