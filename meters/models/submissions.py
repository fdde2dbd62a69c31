"""Submissions (передачи показаний): all scales of one meter sent at once, with a receipt, and what became of them.

The table is its own outbox: rows still `submitted` are the worker's queue (performance.md 2).
"""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from billing.models import PersonalAccount
from billing.models.rights import through_links
from meters.models.meters import Meter, Scale


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User) -> "SubmissionQuerySet":
        """What was sent for a linked account is seen by all who hold it."""
        return self.filter(through_links(user, "account__links"))


class Submission(models.Model):
    class Status(models.TextChoices):
        SUBMITTED = "submitted", "проверяется"
        NEEDS_CONFIRMATION = "needs_confirmation", "ждёт вашего ответа"
        ACCEPTED = "accepted", "принято"
        REFUSED = "refused", "не принято"
        SUPERSEDED = "superseded", "заменено новым"
        WITHDRAWN = "withdrawn", "отозвано"
        HANDED_OVER = "handed_over", "передано поставщику"
        BILLED = "billed", "учтено в счёте"

    receipt = models.CharField("квитанция", max_length=20, unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    key = models.UUIDField(help_text="idempotency key of the form that was sent")
    user = models.ForeignKey(User, models.PROTECT, verbose_name="житель")
    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, related_name="submissions", verbose_name="лицевой счёт"
    )
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="submissions", verbose_name="прибор учёта")
    taken_on = models.DateField("снято")
    period = models.DateField("входит в счёт за", help_text="first day of the month billed")
    status = models.CharField("состояние", max_length=20, choices=Status, default=Status.SUBMITTED)
    needs_review = models.BooleanField("смотрит сотрудник", default=False)
    findings = models.JSONField("замечания", default=list, blank=True)
    submitted_at = models.DateTimeField("отправлено")
    checked_at = models.DateTimeField("проверено", null=True, blank=True)
    confirmed_at = models.DateTimeField("подтверждено жителем", null=True, blank=True)
    accepted_at = models.DateTimeField("принято", null=True, blank=True)
    handed_over_at = models.DateTimeField("передано поставщику", null=True, blank=True)
    closed_at = models.DateTimeField("закрыто", null=True, blank=True, help_text="refused, superseded or withdrawn")
    billed_at = models.DateTimeField("учтено в счёте", null=True, blank=True)
    billed_otherwise = models.JSONField(
        "в счёте другое",
        null=True,
        blank=True,
        help_text="instead of what was sent: {bill, at, scales: [{code, name, unit, sent, billed, kind}]}",
    )
    supersedes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="superseded_by")

    objects = SubmissionQuerySet.as_manager()

    is_new = False
    """Written a moment ago, not found: set by `operations.submit_readings`."""

    class Meta:
        verbose_name = "передача показаний"
        verbose_name_plural = "передачи показаний"
        constraints = [
            models.UniqueConstraint(fields=["key", "meter"], name="submission_once"),
            models.UniqueConstraint(
                fields=["meter", "period"],
                condition=Q(status__in=["accepted", "handed_over", "billed"]),
                name="submission_one_accepted_a_period",
            ),
        ]
        indexes = [
            models.Index(fields=["submitted_at"], name="submission_unchecked", condition=Q(status="submitted")),
            models.Index(fields=["meter", "-submitted_at"], name="submission_of_meter"),
            models.Index(fields=["account", "-submitted_at"], name="submission_of_account"),
            models.Index(fields=["-submitted_at"], name="submission_to_review", condition=Q(needs_review=True)),
            models.Index(fields=["period", "status", "id"], name="submission_of_period"),
            models.Index(fields=["status", "-id"], name="submission_of_status"),
            models.Index(
                fields=["id"], name="submission_awaits_bill", condition=Q(status__in=["accepted", "handed_over"])
            ),
            models.Index(
                fields=["period", "id"], name="submission_billed_otherwise", condition=Q(billed_otherwise__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.receipt

    def get_absolute_url(self) -> str:
        return reverse("meters:submission_detail", args=[self.receipt])

    @property
    def can_be_reviewed(self) -> bool:
        """Until the supplier has it, staff may decide otherwise."""
        return self.status in (self.Status.ACCEPTED, self.Status.NEEDS_CONFIRMATION)


class SubmissionValue(models.Model):
    """One scale of a submission: as typed, as understood, and the value it was compared with."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="values")
    scale = models.ForeignKey(Scale, models.PROTECT)
    typed = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=15, decimal_places=4, null=True, blank=True)
    previous = models.DecimalField(max_digits=15, decimal_places=4, null=True, blank=True)
    previous_on = models.DateField(null=True, blank=True)
    use = models.DecimalField(max_digits=15, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = "значение"
        verbose_name_plural = "значения"
        constraints = [models.UniqueConstraint(fields=["submission", "scale"], name="submission_value")]

    def __str__(self) -> str:
        return self.typed


class ReadingReview(models.Model):
    """A decision of staff on a questioned submission: who, when, why."""

    class Decision(models.TextChoices):
        ACCEPT = "accept", "принять"
        REFUSE = "refuse", "не принять"
        ASK = "ask", "спросить жителя"
        REPLACE = "replace", "взять показание контролёра"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reviews")
    staff = models.ForeignKey(User, models.PROTECT)
    decision = models.CharField("решение", max_length=10, choices=Decision)
    reason = models.CharField("причина", max_length=500)
    decided_at = models.DateTimeField("когда")

    class Meta:
        verbose_name = "решение по показаниям"
        verbose_name_plural = "решения по показаниям"

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.reason}"


class ReviewTemplate(models.Model):
    """Words that staff often need for a decision; picked, changed at will, never sent by themselves."""

    decision = models.CharField("для какого решения", max_length=10, choices=ReadingReview.Decision)
    title = models.CharField("название", max_length=100)
    text = models.CharField("текст", max_length=500)

    class Meta:
        verbose_name = "образец причины"
        verbose_name_plural = "образцы причин"
        constraints = [models.UniqueConstraint(fields=["decision", "title"], name="review_template_title")]

    def __str__(self) -> str:
        return self.title
