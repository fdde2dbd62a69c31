"""What can be done with the bell and the outbox.

`notify`, `queue_sms` and `queue_email` write into the caller's transaction: news is promised together with the fact.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.template import Context, Engine
from django.utils.module_loading import import_string

from notifications import causes, hints, senders
from notifications.models import Notification, OutgoingMessage

if TYPE_CHECKING:
    from accounts.models import User

LEASE = timedelta(seconds=60)
log = structlog.get_logger()


class News(NamedTuple):
    """What one resident is told. `since` as in `notify`."""

    user: "User"
    context: Mapping[str, object]
    url: str
    since: datetime | None = None


def notify(
    *,
    user: "User",
    event: str,
    context: Mapping[str, object],
    at: datetime,
    url: str = "",
    since: datetime | None = None,
) -> Notification:
    """Ring the resident's bell. `event` is "app/name"; the words are `<app>/messages/<name>/bell.txt`.

    `since`: from when the resident has what is told of (a link, a submission, a report). While a cabinet's past is
    hidden, news without it stays hidden too, unless it is of the door.
    """
    return Notification.objects.create(
        user=user, event=event, text=_render(event, "bell.txt", context), url=url, since=since, created_at=at
    )


def notify_all(
    *, event: str, news: Iterable[News | tuple["User", Mapping[str, object], str]], at: datetime
) -> list[Notification]:
    """Ring many bells about one kind of event. One statement."""
    return Notification.objects.bulk_create(
        Notification(
            user=each.user,
            event=event,
            text=_render(event, "bell.txt", each.context),
            url=each.url,
            since=each.since,
            created_at=at,
        )
        for each in (News(*each) for each in news)
    )


def queue_sms(
    *,
    to: str,
    event: str,
    context: Mapping[str, object],
    key: str,
    at: datetime,
    expires_at: datetime | None = None,
    late_value: str = "",
    late_value_id: int | None = None,
) -> OutgoingMessage:
    """Promise an SMS to a phone (E.164). The same key again is the same message."""
    message, _ = OutgoingMessage.objects.get_or_create(
        key=key,
        defaults={
            "channel": OutgoingMessage.Channel.SMS,
            "recipient": to,
            "body": _render(event, "sms.txt", context),
            "event": event,
            "request_id": causes.get_request_id(),
            "created_at": at,
            "next_attempt_at": at,
            "expires_at": expires_at,
            "late_value": late_value,
            "late_value_id": late_value_id,
        },
    )
    _enqueue_on_commit(message)
    return message


def queue_email(
    *,
    to: str,
    event: str,
    context: Mapping[str, object],
    key: str,
    at: datetime,
    attachments: Sequence[Mapping[str, str]] = (),
) -> OutgoingMessage:
    """Promise a letter. Attachments are `{name, path, content_type}`, the path in the default storage."""
    message, _ = OutgoingMessage.objects.get_or_create(
        key=key,
        defaults={
            "channel": OutgoingMessage.Channel.EMAIL,
            "recipient": to,
            "subject": " ".join(_render(event, "subject.txt", context).split())[:200],
            "body": _render(event, "body.txt", context),
            "attachments": [dict(attachment) for attachment in attachments],
            "event": event,
            "request_id": causes.get_request_id(),
            "created_at": at,
            "next_attempt_at": at,
        },
    )
    _enqueue_on_commit(message)
    return message


@dataclass(frozen=True)
class Letter:
    """One of many of a kind: whom to, the context of its words, and its idempotency key."""

    to: str
    context: Mapping[str, object]
    key: str


def queue_emails(*, event: str, letters: Iterable[Letter], at: datetime) -> None:
    """Promise many letters in one statement; what was promised before is left alone. The sweep sends them by and by."""
    OutgoingMessage.objects.bulk_create(
        (
            OutgoingMessage(
                channel=OutgoingMessage.Channel.EMAIL,
                recipient=letter.to,
                subject=" ".join(_render(event, "subject.txt", letter.context).split())[:200],
                body=_render(event, "body.txt", letter.context),
                event=event,
                key=letter.key,
                request_id=causes.get_request_id(),
                created_at=at,
                next_attempt_at=at,
            )
            for letter in letters
        ),
        ignore_conflicts=True,
    )


def mark_notification_read(*, notification_id: int, user: "User", at: datetime) -> Notification:
    """Raises Notification.DoesNotExist for a stranger's."""
    notification = Notification.objects.visible_to(user).get(pk=notification_id)
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=at)
    return notification


def mark_all_read(*, user: "User", at: datetime) -> int:
    return Notification.objects.visible_to(user).unread().update(read_at=at)


def forget_messages(*, recipients: Collection[str] = (), keys: Collection[str] = ()) -> int:
    """Delete what was sent, or waits to be sent, to these phones and addresses or under these keys."""
    return OutgoingMessage.objects.filter(Q(recipient__in=recipients) | Q(key__in=keys)).delete()[0]


def forget_payloads(*, before: datetime, limit: int) -> int:
    """Empty messages that were settled: what became of them stays, to whom and what was said does not."""
    waiting = (OutgoingMessage.Status.QUEUED, OutgoingMessage.Status.SENDING)
    old = OutgoingMessage.objects.filter(created_at__lt=before).exclude(body="").exclude(status__in=waiting)
    return OutgoingMessage.objects.filter(pk__in=old.order_by("created_at").values("pk")[:limit]).update(
        recipient="", subject="", body="", attachments=[]
    )


def deliver_message(*, message_id: int, at: datetime, clock: Callable[[], datetime]) -> bool:
    """Send one message if it is due and nobody else is sending it; True when the provider took it.

    Claimed by a conditional update, sent outside any transaction, then recorded. A worker killed in between leaves a
    claim that runs out after a minute: the message goes again, with the same code.
    """
    claimed = OutgoingMessage.objects.filter(_is_due(at), pk=message_id).update(
        status=OutgoingMessage.Status.SENDING, claimed_at=at, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    message = OutgoingMessage.objects.get(pk=message_id)
    with causes.caused_by(message.request_id):
        return _send(message, at=at, clock=clock)


def sweep_messages(*, at: datetime, limit: int = 500) -> list[int]:
    """Ids of what waits although it is due: the queue forgot it, or its worker died."""
    due = OutgoingMessage.objects.filter(_is_due(at)).order_by("next_attempt_at")
    return list(due.values_list("pk", flat=True)[:limit])


def _send(message: OutgoingMessage, *, at: datetime, clock: Callable[[], datetime]) -> bool:
    if message.is_expired(at):
        return _record(message, OutgoingMessage.Status.EXPIRED)
    if message.is_poison:
        log.error("message_given_up", message_id=message.pk, attempt=message.attempts)
        return _record(message, OutgoingMessage.Status.FAILED, error="given up")
    body = _complete_body(message)
    if body is None:
        return _record(message, OutgoingMessage.Status.EXPIRED)
    try:
        provider_id = senders.send(message, body)
    except senders.Refused as error:
        log.warning("message_refused", message_id=message.pk, reason=error.code)
        return _record(message, OutgoingMessage.Status.FAILED, error=error.code)
    except senders.Unavailable as error:
        delay = message.next_delay()
        log.warning("message_not_sent", message_id=message.pk, attempt=message.attempts, reason=error.code)
        if delay is None:
            return _record(message, OutgoingMessage.Status.FAILED, error=error.code)
        return _record(message, OutgoingMessage.Status.QUEUED, error=error.code, next_attempt_at=clock() + delay)
    log.info("message_sent", message_id=message.pk, channel=message.channel, attempt=message.attempts)
    _record(message, OutgoingMessage.Status.SENT, provider_id=provider_id, sent_at=clock(), error="")
    return True


def _is_due(at: datetime) -> Q:
    return Q(status=OutgoingMessage.Status.QUEUED, next_attempt_at__lte=at) | Q(
        status=OutgoingMessage.Status.SENDING, claimed_at__lte=at - LEASE
    )


def _record(message: OutgoingMessage, status: str, **fields: object) -> bool:
    OutgoingMessage.objects.filter(pk=message.pk, attempts=message.attempts).update(status=status, **fields)
    return False


def _complete_body(message: OutgoingMessage) -> str | None:
    """The text with the values that may not rest in the outbox; None when they are no longer to be had."""
    if not message.late_value:
        return message.body
    reveal = import_string(settings.LATE_VALUES[message.late_value])
    values: Mapping[str, str] | None = reveal(message.late_value_id)
    if values is None:
        return None
    body = message.body
    for name, value in values.items():
        body = body.replace("{" + name + "}", value)
    return body


def _render(event: str, name: str, context: Mapping[str, object]) -> str:
    app, _, folder = event.partition("/")
    template = Engine.get_default().get_template(f"{app}/messages/{folder}/{name}")
    # Plain text: a page escapes what it shows of it by itself.
    return template.render(Context(dict(context), autoescape=False)).strip()


def _enqueue_on_commit(message: OutgoingMessage) -> None:
    hints.send_hint_on_commit("notifications.tasks.deliver_message", message_id=message.pk)
