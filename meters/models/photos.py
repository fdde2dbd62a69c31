"""Photos of meters that residents send to show that a questioned value is right."""

import uuid

from django.db import models

from accounts.models import User
from meters.models.submissions import Submission


class MeterPhotoQuerySet(models.QuerySet["MeterPhoto"]):
    def visible_to(self, user: User) -> "MeterPhotoQuerySet":
        """With the submission it belongs to."""
        return self.filter(submission__in=Submission.objects.visible_to(user))


class MeterPhoto(models.Model):
    """A JPEG drawn anew, without EXIF. The same picture of one submission is one row."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="photos", verbose_name="передача")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="житель")
    file = models.FileField("снимок", upload_to="meters/%Y/%m/")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the picture as kept")
    size = models.PositiveIntegerField("размер", help_text="bytes")
    added_at = models.DateTimeField("приложен")

    objects = MeterPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "снимок счётчика"
        verbose_name_plural = "снимки счётчиков"
        constraints = [models.UniqueConstraint(fields=["submission", "digest"], name="meter_photo_once")]
        indexes = [models.Index(fields=["added_at"], name="meter_photo_oldest")]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.size}"
