"""Under which system user the servers run: Postgres refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from embedded_services.errors import EmbeddedServicesError

UNPRIVILEGED_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system user other than the one who asks."""

    name: str
    uid: int
    gid: int

    def may(self, test: str, path: Path) -> bool:
        """Whether this user passes `test` (a letter of test(1): r, w, x) on `path`."""
        answer = subprocess.run(
            ["/bin/sh", "-c", f'test -{test} "$1"', "sh", str(path)],
            cwd="/",
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            check=False,
        )
        return answer.returncode == 0

    def take(self, path: Path) -> None:
        """Make `path` belong to this user."""
        os.chown(path, self.uid, self.gid)


def find_account() -> Account | None:
    """The user that the servers run as; None when they run as the one who asks (who is not root)."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    msg = (
        "Postgres does not run as root, and this system has none of the users "
        f"{', '.join(UNPRIVILEGED_USERS)}. Run this as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )
    raise EmbeddedServicesError(msg)
