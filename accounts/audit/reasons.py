"""Why one of the staff opens what is a resident's: a row that he reads, good for half an hour (security.md T23)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import TextChoices

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.audit.recording import make_harmless, record_event
from accounts.audit.roles import get_role
from accounts.models import User

KEPT_FOR = timedelta(minutes=30)


class Template(TextChoices):
    """What is said most; one press of a key."""

    CALL = "call", "Житель позвонил"
    VISIT = "visit", "Житель пришёл в отделение"
    LETTER = "letter", "Ответ на письмо или жалобу"
    CHECK = "check", "Сверка счёта или показаний"
    FAULT = "fault", "Разбор ошибки"


def has_reason(*, staff: User, people: Collection[int], at: datetime) -> bool:
    """Whether this member of the staff has named one for each of these residents lately."""
    told = SecurityEvent.objects.filter(
        staff=staff, kind=Kind.STAFF_REASON, user__in=people, happened_at__gt=at - KEPT_FOR
    )
    return set(told.values_list("user_id", flat=True)) >= set(people)


@transaction.atomic(durable=True)
def give_reason(*, staff: User, people: Collection[int], reason: str, supplier: str = "", at: datetime) -> None:
    """`reason` is what each of the residents reads: at most 80 characters and five digits."""
    figures = {"reason": reason, "role": get_role(staff), "supplier": make_harmless(supplier)}
    for person in dict.fromkeys(people):
        record_event(Kind.STAFF_REASON, user=person, staff=staff, figures=figures, at=at)
