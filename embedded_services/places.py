"""Where the data, locks and addresses of one checkout's services are kept."""

import hashlib
import os
import tempfile
from pathlib import Path

from embedded_services.accounts import Account
from embedded_services.errors import EmbeddedServicesError

CHECKOUT = Path(__file__).resolve().parent.parent


def find_state_folder(account: Account | None) -> Path:
    """The folder for what outlives a run: `.state` of the checkout, if the servers can enter it.

    A checkout in a closed folder (root's home), on a read-only disk, or begun by another user gets a
    folder of its own elsewhere; nobody's permissions are changed. `EMBEDDED_SERVICES_FOLDER` names another
    one, for a second portal of the same checkout.
    """
    named = os.environ.get("EMBEDDED_SERVICES_FOLDER")
    folders = (Path(named),) if named else (CHECKOUT / ".state", _find_folder_elsewhere())
    for folder in folders:
        try:
            make_open_folder(folder)
        except OSError:
            continue
        mine = folder.stat().st_uid == os.geteuid() and os.access(folder, os.W_OK)
        if mine and (account is None or account.may("x", folder)):
            return folder
    msg = f"No folder to keep data in: {' and '.join(map(str, folders))} cannot be used."
    raise EmbeddedServicesError(msg)


def make_open_folder(folder: Path) -> None:
    """Make a folder, and the missing ones above it, that others may enter whatever our umask is."""
    for missing in reversed([folder, *folder.parents]):
        if not missing.exists():
            missing.mkdir(exist_ok=True)
            missing.chmod(0o755)


def make_throw_away_folder(account: Account | None) -> Path:
    """A new temporary folder that the servers can enter."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        folder = Path(tempfile.mkdtemp(prefix="embedded-services-", dir=parent))
        if account is None:
            return folder
        folder.chmod(0o711)
        if account.may("x", folder):
            return folder
        folder.rmdir()
    msg = "No temporary folder that an ordinary user can enter."
    raise EmbeddedServicesError(msg)


def _find_folder_elsewhere() -> Path:
    checkout_key = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        base = Path("/var/lib")
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "embedded-services" / f"{CHECKOUT.name}-{checkout_key}"
