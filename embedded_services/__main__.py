"""`python -m embedded_services {run|test|keep}`."""

import argparse
import os
import signal
import sys
from pathlib import Path

from embedded_services.errors import EmbeddedServicesError
from embedded_services.keeper import Keeper
from embedded_services.processes import ask_for_signal_when_parent_dies
from embedded_services.supervisor import run_portal
from embedded_services.use import become_with_throw_away_services


def main() -> int:
    """Do what the command line asks; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m embedded_services", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the whole portal, with what it needs")
    run.add_argument("--bound", action="store_true", help="stop when the process that started this one ends")
    test = commands.add_parser("test", help="run a command with throw-away Postgres and Valkey")
    test.add_argument("words", nargs=argparse.REMAINDER, metavar="-- command")
    keep = commands.add_parser("keep", help="keep the servers of a folder while they are used (internal)")
    keep.add_argument("folder", type=Path)
    keep.add_argument("--throw-away", action="store_true")
    chosen = parser.parse_args()
    try:
        if chosen.command == "keep":
            return Keeper(chosen.folder, throw_away=chosen.throw_away).keep()
        if chosen.command == "run":
            if not chosen.bound:
                return run_portal()
            parent = os.getppid()
            ask_for_signal_when_parent_dies(signal.SIGTERM, parent)
            return run_portal(parent=parent)
        become_with_throw_away_services(chosen.words[1:])
    except EmbeddedServicesError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
