"""A resident moves the cabinet to another phone number."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class PhoneChangeQuerySet(models.QuerySet["PhoneChange"]):
    def visible_to(self, user: "User") -> "PhoneChangeQuerySet":
        return self.filter(user=user)

    def waiting(self) -> "PhoneChangeQuerySet":
        return self.filter(confirmed_at=None)


class PhoneChange(models.Model):
    """A new number, which counts only after the code sent to it; the former one is kept, so that it can come back."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone_changes")
    challenge = models.OneToOneField("accounts.PhoneChallenge", models.SET_NULL, null=True, related_name="+")
    former_phone = models.CharField("прежний телефон", max_length=16)
    phone = models.CharField("новый телефон", max_length=16)
    created_at = models.DateTimeField("попросил")
    confirmed_at = models.DateTimeField("изменён", null=True, blank=True)
    returned_at = models.DateTimeField("прежний возвращён", null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="кто вернул"
    )
    reason = models.TextField("почему возвращён", blank=True)

    objects = PhoneChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "смена телефона"
        verbose_name_plural = "смены телефона"
        indexes = [models.Index(fields=["user", "-created_at"], name="phone_change_newest")]

    def __str__(self) -> str:
        return f"смена телефона № {self.pk}"
