"""Secrets made once and kept in files that only their owner reads."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def get_kept_secret(file: Path) -> str:
    """The secret in `file`, made at the first call; processes that ask at once get the same one."""
    if not file.exists():
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(unfinished, file)
        unfinished.unlink()
    return file.read_text()
