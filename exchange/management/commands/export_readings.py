"""`manage.py export_readings SUPPLIER`: accepted readings for the billing system, in batches, each a folder."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format

from billing.models import Supplier
from exchange import operations
from exchange.models import ExportBatch
from exchange.readings_out import write_batch
from meters import operations as meters

UNKNOWN = 2


class Command(BaseCommand):
    help = (
        "Выгружает принятые показания поставщика: новые выгрузки, по одной на месяц, каждая в своей папке. "
        "С --batch пишет прежнюю выгрузку ещё раз, теми же байтами."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("supplier", help="код поставщика, например psk")
        parser.add_argument(
            "--out",
            type=Path,
            default=Path(settings.MEDIA_ROOT) / "exchange" / "readings-out",
            help="в какую папку класть папки выгрузок (по умолчанию %(default)s)",
        )
        parser.add_argument("--batch", type=int, help="номер прежней выгрузки")
        parser.add_argument("--xlsx", action="store_true", help="положить рядом и книгу XLSX")

    def handle(self, *args: Any, supplier: str, out: Path, batch: int | None, **options: Any) -> None:
        owner = Supplier.objects.filter(code=supplier).first()
        if owner is None:
            raise CommandError(f"Поставщика {supplier} нет.", returncode=UNKNOWN)
        if batch is None:
            batches = operations.export_readings(supplier=owner, at=timezone.now())
        else:
            batches = list(ExportBatch.objects.filter(supplier=owner, number=batch))
            if not batches:
                raise CommandError(f"Выгрузки № {batch} у поставщика {supplier} нет.", returncode=UNKNOWN)
        for row in batches:
            self._write(row, out, with_sheet=options["xlsx"])
        if not batches:
            self.stdout.write("Новых принятых показаний нет.")
        if waiting := meters.count_waiting_for_staff(owner.pk):
            self.stdout.write(f"Ещё ждут решения сотрудника, в выгрузку не вошли: {waiting}.")

    def _write(self, batch: ExportBatch, out: Path, *, with_sheet: bool) -> None:
        try:
            place = write_batch(batch, out, with_sheet=with_sheet)
        except OSError as error:
            raise CommandError(
                f"Выгрузка № {batch.number} собрана, но не записана: {error}. "
                f"Записать ещё раз: export_readings {batch.supplier.code} --batch {batch.number}"
            ) from error
        self.stdout.write(
            f"{place}: за {date_format(batch.period, 'F Y').lower()}, передач {batch.submissions}, строк {batch.rows}."
        )
