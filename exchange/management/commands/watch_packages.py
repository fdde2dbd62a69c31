"""`manage.py watch_packages`: looks into the inbox, as the scheduler does every half minute."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from exchange import operations
from exchange.models import Arrival

EVERY = 30.0


class Command(BaseCommand):
    help = "Смотрит, что положили в папку обмена, и ставит целые пакеты в очередь загрузчика (run_imports)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="посмотреть один раз")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if not settings.REGISTRY_INBOX:
            raise CommandError("Папка обмена не названа: REGISTRY_INBOX.")
        while True:
            taken = operations.look_for_packages(at=timezone.now())
            waiting = Arrival.objects.filter(status=Arrival.Status.SEEN).count()
            self.stdout.write(f"Взято в очередь: {taken}, ещё пишутся: {waiting}.")
            if once:
                return
            time.sleep(EVERY)
