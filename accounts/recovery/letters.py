"""To be recognised by the address that was confirmed before: a letter with a link, good in this cabinet only."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts import limits
from accounts.models import Recovery, User
from accounts.operations.refusals import AccountsError
from accounts.recovery.opening import open_past
from notifications import operations as notifications

LIVES = timedelta(hours=1)
BY = "email"
LETTERS = limits.Limit("recovery-letters-user-day", 3, limits.DAY, "letters to somebody who may be another by now")
_SALT = "accounts.recovery"


class TooManyLetters(AccountsError):
    def __init__(self) -> None:
        super().__init__("Сегодня мы уже отправили несколько писем. Поищите их и в спаме или попробуйте завтра.")


class LetterExpired(AccountsError):
    def __init__(self) -> None:
        super().__init__("Эта ссылка больше не действует. Запросите письмо ещё раз.")


def find_by_address(user: User) -> Recovery | None:
    """The newest recovery that put a confirmed address out of sight."""
    hidden = Recovery.objects.visible_to(user).unproven().exclude(former_email="")
    return hidden.order_by("-began_at").first()


def send_letter(*, user: User, at: datetime) -> None:
    """Raises TooManyLetters, Recovery.DoesNotExist when there is no address."""
    recovery = find_by_address(user)
    if recovery is None:
        raise Recovery.DoesNotExist
    with transaction.atomic(durable=True):
        if not limits.consume(LETTERS, str(user.pk), at=at):
            raise TooManyLetters
        token = signing.dumps([recovery.pk, at.timestamp()], salt=_SALT)
        path = reverse("recovery:letter_confirm", args=[token])
        notifications.queue_email(
            to=recovery.former_email,
            event="accounts/recovery_letter",
            context={"url": f"{settings.PUBLIC_URL}{path}"},
            key=f"recovery-letter/{recovery.pk}/{at.timestamp()}",
            at=at,
        )


def read_letter(user: User, token: str, *, at: datetime) -> Recovery:
    """What a link opens. Raises LetterExpired; Recovery.DoesNotExist for another's, or one we never wrote."""
    try:
        pk, sent_at = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise Recovery.DoesNotExist from error
    recovery = Recovery.objects.visible_to(user).get(pk=pk)
    if at.timestamp() - sent_at > LIVES.total_seconds() or recovery.proven_at:
        raise LetterExpired
    return recovery


@transaction.atomic(durable=True)
def confirm_letter(*, user: User, token: str, at: datetime) -> None:
    """The one who reads that address had it before the recovery. Raises as `read_letter`."""
    recovery = read_letter(user, token, at=at)
    open_past(user, known_since=recovery.began_at - timedelta.resolution, by=BY, at=at)
