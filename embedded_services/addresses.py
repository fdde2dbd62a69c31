"""The file in which the keeper writes where its servers listen."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "addresses.json"


@dataclass(frozen=True)
class Addresses:
    """Addresses with passwords, and the process that keeps the servers."""

    database_url: str
    redis_url: str
    keeper_pid: int


def write_addresses(folder: Path, addresses: Addresses) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    unfinished = folder / f"{FILE_NAME}.unfinished"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(addresses), file)
    unfinished.rename(folder / FILE_NAME)


def read_addresses(folder: Path) -> Addresses | None:
    """The addresses of a keeper that lives; None when there is none."""
    try:
        addresses = Addresses(**json.loads((folder / FILE_NAME).read_text()))
        os.kill(addresses.keeper_pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return addresses


def forget_addresses(folder: Path) -> None:
    """Remove the file."""
    (folder / FILE_NAME).unlink(missing_ok=True)
