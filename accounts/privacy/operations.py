"""What a resident does about himself: consents, sessions, password and e-mail."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts import limits
from accounts.audit.kinds import Kind, Result
from accounts.audit.recording import record_event
from accounts.hashing_slots import HashingBusy
from accounts.hidden_past import shown_since
from accounts.models import Consent, ConsentDocument, EmailChange, User
from accounts.operations import AccountsError, Visitor
from accounts.privacy.consents import OPTIONAL_CONSENTS
from notifications import operations as notifications

EMAIL_LINK_LIVES = timedelta(days=1)
_EMAIL_SALT = "accounts.email-change"
STEP_UP_FAILURES = limits.Limit(
    "step-up-user-15min", 5, 15 * limits.MINUTE, "whoever found an open cabinet cannot guess its password there"
)
CONSENTS = limits.Limit("consents-given-user-day", 10, limits.DAY, "each is a row kept for years; no is always taken")
EMAIL_CHANGES = limits.Limit("email-changes-user-day", 5, limits.DAY, "letters to addresses nobody has confirmed")


class WrongPassword(AccountsError):
    def __init__(self) -> None:
        super().__init__("Пароль не подходит. Проверьте раскладку и Caps Lock.")


class TooManyWrongPasswords(AccountsError):
    def __init__(self) -> None:
        super().__init__("Пароль не подошёл несколько раз подряд. Подождите 15 минут и попробуйте снова.")


class TooManyEmailChanges(AccountsError):
    def __init__(self) -> None:
        super().__init__("Сегодня вы уже несколько раз меняли адрес. Попробуйте завтра.")


class TooManyDecisions(AccountsError):
    def __init__(self) -> None:
        super().__init__("Сегодня вы уже много раз меняли это решение. Дать согласие снова можно завтра.")


class LinkExpired(AccountsError):
    def __init__(self) -> None:
        super().__init__("Эта ссылка больше не действует. Укажите адрес ещё раз, и мы пришлём новую.")


def confirm_password(*, user: User, password: str, at: datetime) -> None:
    """Counted before hashing, so that parallel guesses are too.

    Raises WrongPassword, TooManyWrongPasswords, HashingBusy.
    """
    if not limits.consume(STEP_UP_FAILURES, str(user.pk), at=at):
        record_event(Kind.STEP_UP, user=user, result=Result.LIMITED, at=at)
        raise TooManyWrongPasswords
    try:
        is_right = user.check_password(password)
    except HashingBusy:
        limits.give_back([(STEP_UP_FAILURES, str(user.pk))], at=at)
        raise
    if not is_right:
        record_event(Kind.STEP_UP, user=user, result=Result.FAILED, at=at)
        raise WrongPassword
    limits.give_back([(STEP_UP_FAILURES, str(user.pk))], at=at)
    record_event(Kind.STEP_UP, user=user, at=at)


@transaction.atomic(durable=True)
def decide_consent(*, user: User, kind: str, given: bool, visitor: Visitor, at: datetime) -> Consent | None:
    """Give or withdraw consent to the text in force, as a new row; None when that was the decision already.

    Raises ConsentDocument.DoesNotExist for a text that is not optional or not published, TooManyDecisions.
    """
    if kind not in OPTIONAL_CONSENTS:
        raise ConsentDocument.DoesNotExist(f"Consent to {kind} is not decided here.")
    User.objects.select_for_update().get(pk=user.pk)
    document = ConsentDocument.objects.filter(kind=kind, published_at__lte=at).order_by("-version").first()
    if document is None:
        raise ConsentDocument.DoesNotExist(f"No text of kind {kind} is published.")
    decided = Consent.objects.filter(shown_since(user, "decided_at"), user=user, document__kind=kind)
    newest = decided.order_by("-decided_at", "-pk").first()
    if newest is not None and newest.given == given and (newest.document_id == document.pk or not given):
        return None
    if given and not limits.consume(CONSENTS, str(user.pk), at=at):
        raise TooManyDecisions
    record_event(Kind.CONSENT_DECIDED, user=user, figures={"text": kind, "given": given}, at=at)
    return Consent.objects.create(
        user=user,
        document=document,
        given=given,
        preselected=False,
        network_address=visitor.address,
        user_agent=visitor.user_agent,
        decided_at=at,
    )


@transaction.atomic(durable=True)
def change_password(*, user: User, password: str, at: datetime) -> User:
    """Set a new password. The caller ends the other sessions, which the new password has closed already."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    _tell_password(user, at=at)
    record_event(Kind.PASSWORD_CHANGED, user=user, at=at)
    return user


def _tell_password(user: User, *, at: datetime) -> None:
    """At the bell, by SMS and by letter (ASVS 6.3.7)."""
    event, key = "accounts/password_changed", f"password-changed/{user.pk}/{at.timestamp()}"
    notifications.notify(user=user, event=event, context={"at": at}, at=at)
    notifications.queue_sms(to=str(user.phone), event=event, context={}, key=f"{key}/sms", at=at)
    if user.email:
        notifications.queue_email(to=user.email, event=event, context={"at": at}, key=f"{key}/email", at=at)


def request_email_change(*, user: User, email: str, at: datetime) -> EmailChange:
    """Send a link to the new address; until it is used, nothing changes. Raises TooManyEmailChanges."""
    if not limits.consume(EMAIL_CHANGES, str(user.pk), at=at):
        raise TooManyEmailChanges
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(pk=user.pk)
        EmailChange.objects.filter(user=user).waiting(at).update(superseded_at=at)
        change = EmailChange.objects.create(user=user, email=email, created_at=at, expires_at=at + EMAIL_LINK_LIVES)
        path = reverse("privacy:email_confirm", args=[signing.dumps(change.pk, salt=_EMAIL_SALT)])
        notifications.queue_email(
            to=email,
            event="accounts/email_confirmation",
            context={"url": f"{settings.PUBLIC_URL}{path}"},
            key=f"email-change/{change.pk}",
            at=at,
        )
        record_event(Kind.EMAIL_CHANGE_ASKED, user=user, figures={"change": change.pk}, at=at)
    return change


def read_email_link(token: str) -> int:
    """The id of the change a link is for. Raises EmailChange.DoesNotExist for a link we never wrote."""
    try:
        return int(signing.loads(token, salt=_EMAIL_SALT))
    except signing.BadSignature as error:
        raise EmailChange.DoesNotExist from error


@transaction.atomic(durable=True)
def confirm_email_change(*, user: User, change_id: int, at: datetime) -> EmailChange:
    """Make the address the resident's; the phone and the former address are told (security.md T30).

    Raises LinkExpired; EmailChange.DoesNotExist for another's.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    change = EmailChange.objects.visible_to(user).get(pk=change_id)
    if not EmailChange.objects.filter(pk=change.pk).waiting(at).update(confirmed_at=at):
        raise LinkExpired
    former, user.email = user.email, change.email
    user.save(update_fields=["email"])
    record_event(Kind.EMAIL_CHANGED, user=user, figures={"change": change.pk}, at=at)
    notifications.notify(user=user, event="accounts/email_changed", context={"at": at}, at=at)
    notifications.queue_sms(
        to=str(user.phone), event="accounts/email_changed", context={}, key=f"email-changed/{change.pk}/sms", at=at
    )
    if former and former != change.email:
        notifications.queue_email(
            to=former, event="accounts/email_changed", context={}, key=f"email-changed/{change.pk}/email", at=at
        )
    return change


@transaction.atomic(durable=True)
def withdraw_email_change(*, user: User, at: datetime) -> None:
    """The address that waits for its confirmation is forgotten; its link works no more."""
    EmailChange.objects.visible_to(user).waiting(at).update(superseded_at=at)
