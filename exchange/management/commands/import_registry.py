"""`manage.py import_registry PATH`: a registry package of a supplier, a folder or a .zip."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from exchange import operations
from exchange.models import ImportRun
from exchange.progress import Progress, TerminalProgress

BUSY, HELD, UNREADABLE = 4, 3, 2
SHOWN_REJECTS = 20
HEADINGS = ("rows", "added", "changed", "same", "rejected")
WORDS = ("строк", "новых", "изменено", "без изменений", "отклонено")


class Command(BaseCommand):
    help = (
        "Загружает пакет реестров поставщика. "
        "Код возврата: 0 применён или проверен, 3 задержан, 2 не прочитан, 4 база занята, пакет надо загрузить ещё раз."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="папка пакета или архив .zip")
        parser.add_argument("--dry-run", action="store_true", help="всё, кроме последнего шага: ничего не изменится")
        parser.add_argument("--json", action="store_true", help="отчёт в JSON")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        progress = TerminalProgress(sys.stderr, time.monotonic) if sys.stderr.isatty() else Progress()
        try:
            run = operations.import_registry(path, at=timezone.now(), dry_run=options["dry_run"], progress=progress)
        except OperationalError as error:
            raise CommandError(f"Пакет не загружен, база данных не дала: {error}", returncode=BUSY) from error
        progress.finish()
        self.stdout.write(self._json(run) if options["json"] else self._table(run))
        if run.status == ImportRun.Status.HELD:
            raise CommandError(f"Пакет задержан, ничего не изменилось. {run.reason}", returncode=HELD)
        if run.status == ImportRun.Status.FAILED:
            raise CommandError(f"Пакет не прочитан. {run.reason}", returncode=UNREADABLE)

    def _json(self, run: ImportRun) -> str:
        rejects = run.rejected_rows.order_by("file", "line")[:SHOWN_REJECTS]
        report = {
            "run": run.pk,
            "supplier": run.supplier_code,
            "period": run.period,
            "status": run.status,
            "reason": run.reason,
            "dry_run": run.is_dry_run,
            "holds": run.holds,
            "files": run.counts,
            "rejects": list(rejects.values("file", "line", "column", "value", "reason")),
        }
        return json.dumps(report, ensure_ascii=False, indent=1)

    def _table(self, run: ImportRun) -> str:
        lines = [f"{run.source}: {run.get_status_display()} (загрузка № {run.pk})"]
        if run.counts:
            lines.append(f"{'':24}" + "".join(f"{word:>15}" for word in WORDS))
        for file, counts in run.counts.items():
            lines.append(f"{file:24}" + "".join(f"{counts[heading]:>15}" for heading in HEADINGS))
            if "unknown_columns" in counts:
                lines.append(f"  неизвестные столбцы не прочитаны: {', '.join(counts['unknown_columns'])}")
            lines += [f"  {note}" for note in counts.get("notes", ())]
        for row in run.rejected_rows.order_by("file", "line")[:SHOWN_REJECTS]:
            lines.append(f"  {row.file}, строка {row.line}, {row.column or 'вся строка'} «{row.value}»: {row.reason}")
        hidden = run.rejected_rows.count() - SHOWN_REJECTS
        if hidden > 0:
            lines.append(f"  … и ещё {hidden}: их видно в разделе сотрудника «Загрузки реестров».")
        return "\n".join(lines)
