"""`manage.py run_imports`: checks and applies the packages that wait, until it is told to stop."""

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connections

from exchange.runner import Runner

PAUSE = 2.0
log = structlog.get_logger()


class Command(BaseCommand):
    help = "Проверяет и загружает пакеты, которые ждут очереди: принесённые, из папки обмена и впущенные сотрудником."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="только то, что ждёт сейчас")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        is_ending = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: is_ending.set())
        runner = Runner(is_ending)
        while not is_ending.is_set():
            is_idle = not _take_turn(runner)
            if is_idle and once:
                return
            is_ending.wait(PAUSE if is_idle else 0)


def _take_turn(runner: Runner) -> bool:
    """Whether there was anything to do."""
    try:
        return runner.run_next()
    except OperationalError:
        log.warning("database_away")
        connections.close_all()
        return False
