"""Residents' reports of errors and the staff's work on them."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.hidden_past import shown_since
from accounts.models import User
from billing.models import Branch, PersonalAccount
from meters.models import Meter

REOPEN_WITHIN = timedelta(days=30)


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def visible_to(self, user: User) -> "ErrorReportQuerySet":
        return self.filter(shown_since(user, "created_at"), user=user)


class ErrorReport(models.Model):
    """Something is wrong with the data of a personal account, says a resident."""

    class Reason(models.TextChoices):
        NO_METER_INFO = "no_meter_info", "Нет сведений о приборе учёта"
        WRONG_METER_INFO = "wrong_meter_info", "Неверные сведения о приборе учёта"
        WRONG_READINGS = "wrong_readings", "Неверные показания"
        METER_REPLACED = "meter_replaced", "Прибор учёта заменён"
        WRONG_ACCOUNT = "wrong_account", "Ошибка в данных лицевого счёта"
        OTHER = "other", "Другое"

    class Status(models.TextChoices):
        NEW = "new", "ждёт сотрудника"
        TAKEN = "taken", "в работе"
        ANSWERED = "answered", "есть ответ"
        RESOLVED = "resolved", "решено"
        DECLINED = "declined", "отклонено"

    number = models.CharField("номер", max_length=20, unique=True)
    key = models.UUIDField(unique=True, help_text="idempotency key of the form")
    user = models.ForeignKey(User, models.PROTECT, related_name="error_reports", verbose_name="житель")
    account = models.ForeignKey(PersonalAccount, models.PROTECT, verbose_name="лицевой счёт")
    meter = models.ForeignKey(Meter, models.SET_NULL, null=True, blank=True, verbose_name="прибор учёта")
    branch = models.ForeignKey(Branch, models.SET_NULL, null=True, blank=True, verbose_name="отделение")
    reason = models.CharField("причина", max_length=20, choices=Reason)
    text = models.TextField("текст", max_length=4000)
    facts = models.JSONField("сведения на момент обращения", default=list, blank=True, help_text="[[label, value], …]")
    status = models.CharField("состояние", max_length=10, choices=Status, default=Status.NEW)
    assigned_to = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_reports",
        verbose_name="сотрудник",
    )
    created_at = models.DateTimeField("создано")
    closed_at = models.DateTimeField("закрыто", null=True, blank=True)

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        verbose_name = "обращение"
        verbose_name_plural = "обращения"
        indexes = [
            models.Index(fields=["user", "-id"], name="report_of_user"),
            models.Index(
                fields=["-created_at"],
                name="report_open",
                condition=Q(status__in=["new", "taken", "answered"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_reason_display()}"

    @property
    def is_open(self) -> bool:
        return self.status not in (self.Status.RESOLVED, self.Status.DECLINED)

    @property
    def letter_key(self) -> str:
        """The idempotency key of the letter to the branch."""
        return f"report-{self.key}"

    @property
    def answers_until(self) -> datetime | None:
        """When a closed report stops taking answers; None while it is open."""
        return self.closed_at + REOPEN_WITHIN if self.closed_at else None

    def takes_answers(self, at: datetime) -> bool:
        return self.answers_until is None or at < self.answers_until

    def return_to_staff(self) -> None:
        """The resident wrote: it is the staff's turn again, of the one who held it."""
        self.status = self.Status.TAKEN if self.assigned_to_id else self.Status.NEW
        self.closed_at = None


class MeterReplacement(models.Model):
    """What a resident says of a replaced meter; staff confirm it by the act, and the new meter begins."""

    report = models.OneToOneField(ErrorReport, models.CASCADE, related_name="replacement")
    replaced_on = models.DateField("заменён")
    serial = models.CharField("номер нового", max_length=40)
    model = models.CharField("модель нового", max_length=100, blank=True)
    closing = models.JSONField("прежний остановился на", help_text="{code of the scale: value as text}")
    opening = models.JSONField("новый начал с", help_text="{code of the scale: value as text}")
    confirmed_at = models.DateTimeField("подтверждено", null=True, blank=True)
    new_meter = models.ForeignKey(Meter, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "замена прибора учёта"
        verbose_name_plural = "замены приборов учёта"

    def __str__(self) -> str:
        return f"{self.replaced_on}: № {self.serial}"


class ReportMessage(models.Model):
    """What the resident or staff said after the report was made."""

    report = models.ForeignKey(ErrorReport, models.CASCADE, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT)
    from_staff = models.BooleanField()
    text = models.TextField(max_length=4000)
    key = models.UUIDField(null=True, unique=True, help_text="idempotency key of the form")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = "сообщение"
        verbose_name_plural = "сообщения"
        indexes = [models.Index(fields=["report", "id"], name="report_message_order")]

    def __str__(self) -> str:
        return self.text[:60]


class ReportDecision(models.Model):
    """Staff took, resolved or declined a report: who, when, why."""

    class Kind(models.TextChoices):
        TAKE = "take", "взято в работу"
        RESOLVE = "resolve", "решено"
        DECLINE = "decline", "отклонено"
        REOPEN = "reopen", "открыто снова"

    report = models.ForeignKey(ErrorReport, models.CASCADE, related_name="decisions")
    by = models.ForeignKey(User, models.PROTECT)
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = "решение"
        verbose_name_plural = "решения"

    def __str__(self) -> str:
        return self.get_kind_display()


class Attachment(models.Model):
    """A document shown to be a PDF, JPEG or PNG by parsing it; images are stored re-encoded, without EXIF."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    report = models.ForeignKey(ErrorReport, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(ReportMessage, models.CASCADE, null=True, blank=True, related_name="attachments")
    file = models.FileField(upload_to="reports/%Y/%m/")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="bytes")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "документ"
        verbose_name_plural = "документы"

    def __str__(self) -> str:
        return self.name


class ReplyTemplate(models.Model):
    """Words that staff often need; picked in an answer or a decision and changed at will."""

    class Purpose(models.TextChoices):
        ANSWER = "answer", "ответ"
        RESOLVE = "resolve", "решено"
        DECLINE = "decline", "отклонено"

    purpose = models.CharField("для чего", max_length=10, choices=Purpose)
    title = models.CharField("название", max_length=100)
    text = models.TextField("текст", max_length=1000)

    class Meta:
        verbose_name = "образец ответа"
        verbose_name_plural = "образцы ответов"
        constraints = [models.UniqueConstraint(fields=["purpose", "title"], name="reply_template_title")]

    def __str__(self) -> str:
        return self.title
