"""Staff see what came from billing systems and what was refused. Nothing is changed here."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from exchange.layouts import LAYOUTS
from exchange.models import ImportRun, RejectedRow
from exchange.staff_access import ReadOnlyAdmin
from exchange.staff_batches import ExportBatchAdmin

__all__ = ["ExportBatchAdmin", "ImportRunAdmin", "RejectedRowAdmin"]

SHOWN_ROWS = 100
FILES = tuple(layout.file for layout in LAYOUTS)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin, admin.ModelAdmin[ImportRun]):
    list_display = ["supplier_code", "period", "status", "source", "started_at", "finished_at", "rejected"]
    list_filter = ["status", "supplier_code"]
    ordering = ["-pk"]
    show_full_result_count = False
    readonly_fields = fields = (
        "supplier_code",
        "period",
        "source",
        "status",
        "reason",
        "started_at",
        "finished_at",
        "counts_by_file",
        "first_rejected_rows",
    )

    @admin.display(description="отклонено строк")
    def rejected(self, run: ImportRun) -> int:
        return sum(counts.get("rejected", 0) for counts in run.counts.values())

    @admin.display(description="по файлам")
    def counts_by_file(self, run: ImportRun) -> SafeString:
        return format_html_join(
            "",
            "<div>{}: строк {}, новых {}, изменено {}, без изменений {}, отклонено {}</div>",
            (
                (file, counts["rows"], counts["added"], counts["changed"], counts["same"], counts["rejected"])
                for file, counts in ((name, run.counts[name]) for name in FILES if name in run.counts)
            ),
        )

    @admin.display(description=f"первые {SHOWN_ROWS} отклонённых строк")
    def first_rejected_rows(self, run: ImportRun) -> SafeString:
        rows = run.rejected_rows.order_by("file", "line")[:SHOWN_ROWS]
        return format_html_join(
            "",
            "<div>{}, строка {}, {}: «{}», {}</div>",
            ((row.file, row.line, row.column or "вся строка", row.value, row.reason) for row in rows),
        )


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin, admin.ModelAdmin[RejectedRow]):
    list_display = ["run", "file", "line", "column", "value", "reason"]
    list_filter = ["file"]
    list_select_related = ["run"]
    ordering = ["-run", "file", "line"]
    show_full_result_count = False
