"""Who carries a message out of the house. An SMS sender is chosen by `settings.SMS_SENDER`.

A sender has `send(to, text, key) -> str`: the provider's id of the message. It raises `Refused` when trying again is
useless (a bad number) and `Unavailable` when the provider may take it later.
"""

import json
import os
import smtplib
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Protocol

import requests
import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notifications.models import OutgoingMessage

log = structlog.get_logger()


class NotSent(Exception):
    """The provider did not take a message; `code` says why, without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(NotSent):
    """It never will."""


class Unavailable(NotSent):
    """It may later."""


class SmsSender(Protocol):
    def send(self, to: str, text: str, key: str) -> str: ...


class ConsoleSender:
    """Says that an SMS would go, for work without a provider. The text stays out of the log: it may hold a code."""

    def send(self, to: str, text: str, key: str) -> str:
        log.info("sms_not_sent_here", length=len(text))
        return "console"


class FileSender:
    """The demo's sender: one JSON line a message, appended to `settings.SMS_FILE`."""

    def send(self, to: str, text: str, key: str) -> str:
        path = Path(settings.SMS_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"to": to, "text": text}, ensure_ascii=False) + "\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(line)
        return "file"


class MemorySender:
    """Keeps what was sent in a list, for tests."""

    outbox: ClassVar[list[tuple[str, str]]] = []

    def send(self, to: str, text: str, key: str) -> str:
        self.outbox.append((to, text))
        return f"memory-{len(self.outbox)}"


class TwilioSender:
    """Twilio's Programmable Messaging. `TWILIO_API_URL` points it at a stand-in in tests."""

    OUR_FAULT = frozenset({401, 403, 404, 408, 429})
    """The account is closed, empty, misnamed or too quick: the message is as good as any, and may go later."""

    def __init__(self) -> None:
        self.client = Client(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            http_client=TwilioHttpClient(timeout=5, max_retries=0),
        )
        if settings.TWILIO_API_URL:
            self.client.api.base_url = settings.TWILIO_API_URL

    def send(self, to: str, text: str, key: str) -> str:
        try:
            message = self.client.messages.create(to=to, from_=settings.TWILIO_SENDER, body=text)
        except TwilioRestException as error:
            code = f"twilio {error.status} {error.code or ''}".strip()
            if error.status in self.OUR_FAULT or error.status >= 500:
                raise Unavailable(code) from error
            raise Refused(code) from error
        except (TwilioException, requests.RequestException) as error:
            raise Unavailable(f"twilio {type(error).__name__}") from error
        return str(message.sid)


@lru_cache(maxsize=4)
def get_sms_sender(path: str) -> SmsSender:
    sender: SmsSender = import_string(path)()
    return sender


def send(message: OutgoingMessage, body: str) -> str:
    """Hand one message to its provider and return the provider's id. Raises Refused or Unavailable."""
    if message.channel == OutgoingMessage.Channel.SMS:
        return get_sms_sender(settings.SMS_SENDER).send(message.recipient, body, message.key)
    letter = EmailMessage(
        subject=message.subject,
        body=body,
        to=[message.recipient],
        headers={"Message-ID": f"<{message.key.replace('/', '.')}@{_name_host()}>"},
    )
    try:
        for attachment in message.attachments:
            with default_storage.open(attachment["path"]) as file:
                letter.attach(attachment["name"], file.read(), attachment["content_type"])
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise Refused("recipient refused") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(type(error).__name__) from error
    except ValueError as error:  # an address or a subject that no header can hold
        raise Refused(type(error).__name__) from error
    return "email"


def _name_host() -> str:
    """What stands after the @ of our address, whether a name stands before it or not."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
