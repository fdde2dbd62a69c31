"""Where packages lie that have arrived: `MEDIA_ROOT/exchange/arrivals/<token>/<name>`, for the portal's own eyes."""

import re
import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings

from exchange.arrival_models import Arrival

LARGEST = 2 * 1024**3
"""Bytes of one package as it comes: issue 4, item 5."""
ROOM_TO_SPARE = 512 * 1024**2
LONGEST_NAME = 100
_ODD = re.compile(r"[^\w.()\- ]+")


def get_root() -> Path:
    return Path(settings.MEDIA_ROOT) / "exchange" / "arrivals"


def make_place(token: UUID) -> Path:
    """An empty folder that only the portal may enter."""
    place = get_root() / str(token)
    place.mkdir(parents=True, mode=0o700)
    return place


def find_arrived(arrival: Arrival) -> Path:
    """The package of an arrival, a folder or a file; nothing may be there."""
    return get_root() / str(arrival.token) / tidy_name(arrival.name)


def drop_arrived(token: UUID | str) -> None:
    shutil.rmtree(get_root() / str(token), ignore_errors=True)


def tidy_name(name: str) -> str:
    """A name that is no path and no option, at most 100 letters with its ending."""
    stem, dot, ending = _ODD.sub("_", name).rpartition(".")
    if not dot:
        stem, ending = ending, ""
    ending = ending[:10]
    stem = stem.lstrip(".-")[: LONGEST_NAME - len(ending) - 1].strip() or "package"
    return f"{stem}.{ending}" if ending else stem


def has_room_for(size: int) -> bool:
    """Whether a package of so many bytes still leaves the disk usable."""
    root = get_root()
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free > size + ROOM_TO_SPARE
