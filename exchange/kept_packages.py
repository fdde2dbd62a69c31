"""Copies of held packages, kept until staff decide: `MEDIA_ROOT/exchange/<run>/`, for the portal's own eyes."""

import shutil
from pathlib import Path

import structlog
from django.conf import settings

ARCHIVE = "package.zip"
_ENDINGS = (".json", ".csv", ".dbf", ".dbt", ".fpt")
log = structlog.get_logger()


def find_package(run_id: int) -> Path:
    """Where the copy of a run lies, a folder or a .zip; nothing may be there."""
    place = _place(run_id)
    return place / ARCHIVE if (place / ARCHIVE).exists() else place


def keep_package(run_id: int, source: Path) -> bool:
    """Copies a package, whole or not at all; False when there is no room for it."""
    place = _place(run_id)
    unfinished = place.with_name(f"{run_id}.part")
    try:
        _remove(unfinished)
        unfinished.mkdir(parents=True, mode=0o700)
        if source.is_dir():
            for file in source.iterdir():
                if file.suffix.lower() in _ENDINGS and file.is_file() and not file.is_symlink():
                    shutil.copyfile(file, unfinished / file.name)
        else:
            shutil.copyfile(source, unfinished / ARCHIVE)
        _remove(place)
        unfinished.rename(place)
    except OSError:
        log.exception("package_not_kept", run=run_id)
        _remove(unfinished)
        return False
    return True


def drop_package(run_id: int) -> None:
    """Once it is applied or refused, personal data need not lie there."""
    _remove(_place(run_id))


def _place(run_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "exchange" / str(run_id)


def _remove(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
