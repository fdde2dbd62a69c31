"""Signs of an attack: a row and an error in the log, each once in five minutes (security.md S5, S6, S7, A3, T23)."""

from datetime import datetime

from django.db.models import TextChoices

from accounts import limits
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event


class Alarm(TextChoices):
    """What may be wrong, in words for staff."""

    SMS_CEILING = "sms_ceiling", "СМС дошли до общего предела: новые не уходят"
    SMS_NOT_CONFIRMED = "sms_not_confirmed", "Мало кодов из СМС возвращается: похоже на накрутку"
    SIGN_IN_GUESSING = "sign_in_guessing", "Очень много неверных паролей"
    LINK_GUESSING = "link_guessing", "Похоже на перебор лицевых счетов"
    STAFF_VIEWS = "staff_views", "Сотрудник открыл необычно много чужих данных"


def raise_alarm(alarm: Alarm, *, at: datetime, staff: int | None = None, **figures: int) -> bool:
    """True when it was heard now; False when it has been heard within five minutes."""
    if not limits.consume(limits.ALARM, f"{alarm}:{staff or ''}", at=at):
        return False
    record_event(Kind.ALARM, staff=staff, result=Result.FAILED, figures={"what": alarm.value, **figures}, at=at)
    return True
