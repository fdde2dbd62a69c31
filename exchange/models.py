"""Packages that came from billing systems and what was refused in them; batches of readings that went back."""

from typing import Any

from django.db import models
from django.db.models import Value

from accounts.models import User
from billing.models import Supplier
from exchange.arrival_models import Arrival as Arrival
from exchange.gate_models import GateThreshold as GateThreshold
from exchange.layouts import LAYOUTS
from meters.models import Submission


class ImportRun(models.Model):
    """One package, applied whole or not at all."""

    class Status(models.TextChoices):
        RUNNING = "running", "идёт"
        APPLIED = "applied", "применён"
        HELD = "held", "задержан"
        LET_IN = "let_in", "впущен, скоро загрузится"
        REFUSED = "refused", "отказано"
        FAILED = "failed", "не прочитан"
        CHECKED = "checked", "проверен, не применён"

    supplier_code = models.CharField("поставщик", max_length=20)
    period = models.CharField("период", max_length=7, blank=True)
    source = models.CharField("откуда", max_length=300, help_text="имя папки или архива")
    status = models.CharField("состояние", max_length=8, choices=Status, default=Status.RUNNING)
    reason = models.TextField("почему задержан", blank=True)
    holds = models.JSONField(
        "что не так",
        default=list,
        db_default=Value([], output_field=models.JSONField()),
        blank=True,
        help_text="[{code, text, count, of, samples: [[what, before, after]]}]; empty: cannot be let in",
    )
    is_dry_run = models.BooleanField("только проверка", default=False, db_default=False)
    made_at = models.DateTimeField("пакет сделан", null=True, blank=True)
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

    @property
    def report(self) -> list[tuple[str, dict[str, Any]]]:
        """What is said of each file, in the order of the format: the database keeps none."""
        return [(layout.file, self.counts[layout.file]) for layout in LAYOUTS if layout.file in self.counts]

    @property
    def is_compared(self) -> bool:
        """Whether more is known than what was read and refused: totals that do not agree end an import before."""
        return any(counts[name] for counts in self.counts.values() for name in ("added", "changed", "same"))

    @property
    def can_be_kept(self) -> bool:
        """Held for what a person may decide about."""
        return bool(self.holds) and not self.is_dry_run

    @property
    def can_be_decided(self) -> bool:
        return self.status == self.Status.HELD and self.can_be_kept


class HoldDecision(models.Model):
    """A decision of staff on a held package: who, when, why."""

    class Decision(models.TextChoices):
        LET_IN = "let_in", "впустить"
        REFUSE = "refuse", "отказать"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="decisions", verbose_name="загрузка")
    staff = models.ForeignKey(User, models.PROTECT, verbose_name="кто решил")
    decision = models.CharField("решение", max_length=8, choices=Decision)
    reason = models.CharField("причина", max_length=500)
    holds = models.JSONField("что было не так", default=list, help_text="as the run showed it then")
    decided_at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "решение по пакету"
        verbose_name_plural = "решения по пакетам"

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.reason}"


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


class FollowUp(models.Model):
    """What an applied package brings with it, step by step: written with its facts, done after them.

    `after` is where the step goes on; whoever works at it holds it until `claimed_until`.
    """

    class Step(models.TextChoices):
        LINK_REQUESTS = "link_requests", "ожидающие привязки"
        SUBMISSIONS = "submissions", "показания и счета"
        CORRECTED = "corrected", "исправленные счета"
        BILL_NEWS = "bill_news", "новости о счетах"
        FIGURES = "figures", "сверка"
        DONE = "done", "всё сделано"

    run = models.OneToOneField(ImportRun, models.CASCADE, related_name="follow_up", verbose_name="загрузка")
    step = models.CharField("шаг", max_length=16, choices=Step, default=Step.LINK_REQUESTS)
    after = models.BigIntegerField("дошли до", default=0)
    counts = models.JSONField("сделано", default=dict, blank=True, help_text="{links, counted, otherwise, news}")
    claimed_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField("закончено", null=True, blank=True)

    class Meta:
        verbose_name = "после загрузки"
        verbose_name_plural = "после загрузок"
        indexes = [models.Index(fields=["id"], name="follow_up_unfinished", condition=models.Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.run}: {self.get_step_display()}"


class ExportBatch(models.Model):
    """Accepted readings of one month that went to the billing system together (выгрузка)."""

    class Status(models.TextChoices):
        SENT = "sent", "ждёт ответа"
        PARTLY_ANSWERED = "partly_answered", "отвечена не вся"
        ANSWERED = "answered", "отвечена"

    supplier = models.ForeignKey(Supplier, models.PROTECT, verbose_name="поставщик")
    number = models.PositiveIntegerField("номер", help_text="у каждого поставщика с единицы")
    period = models.DateField("за месяц", help_text="first day of the month billed")
    created_at = models.DateTimeField("собрана")
    rows = models.PositiveIntegerField("строк", default=0)
    submissions = models.PositiveIntegerField("передач", default=0)
    status = models.CharField("состояние", max_length=16, choices=Status, default=Status.SENT)
    acknowledged = models.PositiveIntegerField("подтверждено", default=0)
    refused = models.PositiveIntegerField("не принято", default=0)
    answered_at = models.DateTimeField("последний ответ", null=True, blank=True)

    class Meta:
        verbose_name = "выгрузка показаний"
        verbose_name_plural = "выгрузки показаний"
        constraints = [models.UniqueConstraint(fields=["supplier", "number"], name="export_batch_number")]

    def __str__(self) -> str:
        return f"{self.supplier.code}-{self.period:%Y-%m}-{self.number:04d}"

    def note_answers(self) -> None:
        """After `acknowledged` and `refused` were counted anew; writes nothing."""
        answered = self.acknowledged + self.refused
        if answered >= self.submissions:
            self.status = self.Status.ANSWERED
        elif answered:
            self.status = self.Status.PARTLY_ANSWERED


class ExportedSubmission(models.Model):
    """One submission in a batch, with its very lines: facts may change, the file never does."""

    class Status(models.TextChoices):
        SENT = "sent", "ждёт ответа"
        ACKNOWLEDGED = "acknowledged", "подтверждено"
        REFUSED = "refused", "не принято"

    batch = models.ForeignKey(ExportBatch, models.PROTECT, related_name="exported", verbose_name="выгрузка")
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="+", verbose_name="передача показаний")
    lines = models.TextField("строки файла")
    status = models.CharField("ответ", max_length=12, choices=Status, default=Status.SENT)
    reason = models.CharField("причина", max_length=300, blank=True)
    answered_at = models.DateTimeField("когда ответили", null=True, blank=True)

    class Meta:
        verbose_name = "выгруженные показания"
        verbose_name_plural = "выгруженные показания"
        constraints = [models.UniqueConstraint(fields=["submission"], name="exported_once")]

    def __str__(self) -> str:
        return f"{self.batch}: {self.submission}"


class Reconciliation(models.Model):
    """What a worker counted last of one supplier and month: staff read it at once, however many accounts there are."""

    supplier = models.ForeignKey(Supplier, models.CASCADE, verbose_name="поставщик")
    period = models.DateField("месяц", help_text="first day of the month billed")
    figures = models.JSONField("числа", default=dict, blank=True, help_text="{code of exchange.figures: count}")
    wanted_at = models.DateTimeField("попросили посчитать")
    counted_at = models.DateTimeField("посчитано", null=True, blank=True)

    class Meta:
        verbose_name = "сверка"
        verbose_name_plural = "сверки"
        constraints = [models.UniqueConstraint(fields=["supplier", "period"], name="reconciliation_once")]

    def __str__(self) -> str:
        return f"{self.supplier} {self.period:%Y-%m}"

    @property
    def is_waiting(self) -> bool:
        return self.counted_at is None or self.counted_at < self.wanted_at
