"""`manage.py import_reply FILE`: what the billing system says of the readings it was given."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from exchange import operations
from exchange.packages import UnreadablePackage

UNREADABLE, NOT_ALL = 2, 3
SHOWN_REJECTS = 20


class Command(BaseCommand):
    help = (
        "Читает ответ расчётной системы, CSV receipt;status;reason, где status acknowledged или refused. "
        "Код возврата: 0 прочитан весь, 3 не все строки, 2 не прочитан."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="файл ответа")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            answered = operations.take_reply(file, at=timezone.now())
        except UnreadablePackage as error:
            raise CommandError(f"Ответ не прочитан. {error}", returncode=UNREADABLE) from error
        self.stdout.write(
            f"Подтверждено {answered.acknowledged}, не принято {answered.refused}, было известно {answered.same}."
        )
        for row in answered.rejects[:SHOWN_REJECTS]:
            self.stdout.write(f"  строка {row.line}, {row.column or 'вся строка'} «{row.value}»: {row.reason}")
        if answered.rejects:
            raise CommandError(f"Не прочитано строк: {len(answered.rejects)}.", returncode=NOT_ALL)
