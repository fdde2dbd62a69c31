"""A resident or one of the staff has lost both the application and the spare codes (ASVS 6.4.4, 6.5.6).

One member of staff makes sure who is calling and asks, another confirms; the owner hears of both by SMS.
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import FactorRemoval, User
from accounts.operations import AccountsError
from accounts.second_factors import application, factors
from notifications import operations as notifications

LIVES = timedelta(days=1)


class NothingToRemove(AccountsError):
    def __init__(self) -> None:
        super().__init__("У этого телефона нет кабинета или приложение с кодами не настроено.")


class SamePerson(AccountsError):
    def __init__(self) -> None:
        super().__init__("Подтверждает другой сотрудник: не тот, кто просил, и не сам владелец.")


class RemovalClosed(AccountsError):
    def __init__(self) -> None:
        super().__init__("Эта просьба уже выполнена или ей больше суток. Заведите новую.")


@transaction.atomic(durable=True)
def ask_factor_removal(*, phone: str, reason: str, staff: User, at: datetime) -> FactorRemoval:
    """Raises NothingToRemove, SamePerson. A later request takes the place of one that waits."""
    user = User.objects.select_for_update().filter(phone=phone, is_active=True).first()
    if user is None or not factors.has_application(user):
        raise NothingToRemove
    if user.pk == staff.pk:
        raise SamePerson
    FactorRemoval.objects.filter(user=user, confirmed_at=None).delete()
    removal = FactorRemoval.objects.create(user=user, reason=reason, asked_by=staff, asked_at=at)
    record_event(Kind.FACTOR_REMOVAL_ASKED, user=user, staff=staff, at=at, figures={"removal": removal.pk})
    notifications.queue_sms(
        to=phone, event="accounts/factor_removal_asked", context={}, key=f"factor-removal/{removal.pk}", at=at
    )
    return removal


@transaction.atomic(durable=True)
def confirm_factor_removal(*, removal_id: int, staff: User, at: datetime) -> FactorRemoval:
    """End the application. Raises SamePerson, RemovalClosed, FactorRemoval.DoesNotExist."""
    removal = FactorRemoval.objects.select_for_update(of=("self",)).select_related("user").get(pk=removal_id)
    if removal.confirmed_at is not None or at >= removal.asked_at + LIVES:
        raise RemovalClosed
    if staff.pk in {removal.asked_by_id, removal.user_id}:
        raise SamePerson
    removal.confirmed_by, removal.confirmed_at = staff, at
    removal.save(update_fields=["confirmed_by", "confirmed_at"])
    application.take_away(removal.user, staff=staff, at=at)
    return removal
