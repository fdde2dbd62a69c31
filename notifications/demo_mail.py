"""The demo's mail: one JSON line a letter, appended to `settings.EMAIL_FILE`."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


class FileBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        path = Path(settings.EMAIL_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            for letter in email_messages:
                attached = [str(item[0]) for item in letter.attachments if isinstance(item, tuple)]
                line = {
                    "to": ", ".join(letter.to),
                    "subject": letter.subject,
                    "text": letter.body,
                    "attachments": attached,
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return len(email_messages)
