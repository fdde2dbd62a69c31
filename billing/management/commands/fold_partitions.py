"""`manage.py fold_partitions`: in a quiet hour, a few times a year."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing import operations
from billing.partitions import TABLES

KEPT = 6


class Command(BaseCommand):
    help = "Соединяет старые секции счетов, их строк и платежей в одну. Код возврата 4: таблица занята, позже."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", type=int, default=KEPT, help=f"сколько секций оставить, обычно {KEPT}")

    def handle(self, *args: Any, keep: int, **options: Any) -> None:
        if keep < 1:
            msg = "Хотя бы одна секция остаётся."
            raise CommandError(msg)
        for table in TABLES:
            try:
                joined = operations.fold_partitions(table=table, keep=keep)
            except operations.CannotFold as busy:
                msg = f"{table}: идёт загрузка или долгий запрос, попробуйте позже."
                raise CommandError(msg, returncode=4) from busy
            self.stdout.write(f"{table}: соединено секций {joined}")
