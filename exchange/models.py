"""Packages that came from billing systems and what was refused in them."""

from django.db import models


class ImportRun(models.Model):
    """One package, applied whole or not at all."""

    class Status(models.TextChoices):
        RUNNING = "running", "идёт"
        APPLIED = "applied", "применён"
        HELD = "held", "задержан"
        FAILED = "failed", "не прочитан"

    supplier_code = models.CharField("поставщик", max_length=20)
    period = models.CharField("период", max_length=7, blank=True)
    source = models.CharField("откуда", max_length=300, help_text="name of the folder or archive")
    status = models.CharField("состояние", max_length=8, choices=Status, default=Status.RUNNING)
    reason = models.TextField("почему задержан", blank=True)
    counts = models.JSONField(
        "итоги", default=dict, blank=True, help_text="{file: {rows, added, changed, same, rejected}}"
    )
    started_at = models.DateTimeField("начат")
    finished_at = models.DateTimeField("закончен", null=True, blank=True)

    class Meta:
        verbose_name = "загрузка реестра"
        verbose_name_plural = "загрузки реестров"

    def __str__(self) -> str:
        return f"{self.supplier_code} {self.period}"


class RejectedRow(models.Model):
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rejected_rows", verbose_name="загрузка")
    file = models.CharField("файл", max_length=60)
    line = models.PositiveIntegerField("строка")
    column = models.CharField("столбец", max_length=60, blank=True)
    value = models.CharField("значение", max_length=200, blank=True)
    reason = models.CharField("причина", max_length=200)

    class Meta:
        verbose_name = "отклонённая строка"
        verbose_name_plural = "отклонённые строки"
        indexes = [models.Index(fields=["run", "file", "line"], name="rejected_row_place")]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.reason}"
