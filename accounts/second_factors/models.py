"""What a resident proves himself by beside the password, and the devices that are known for it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import devices

if TYPE_CHECKING:
    from accounts.models import User


class TrustedDeviceQuerySet(models.QuerySet["TrustedDevice"]):
    def visible_to(self, user: "User") -> "TrustedDeviceQuerySet":
        return self.filter(user=user)

    def standing(self) -> "TrustedDeviceQuerySet":
        """Not ended by anybody; the term may be over."""
        return self.filter(ended_at=None)

    def trusted(self, at: datetime) -> "TrustedDeviceQuerySet":
        return self.standing().filter(until__gt=at)


class TrustedDevice(models.Model):
    """A browser from which a user proved himself: till `until` its password is enough (security.md S17).

    The browser keeps a random key, the row a keyed hash of it. Several users of one browser have a row each.
    """

    class Proof(models.TextChoices):
        PASSWORD = "password", "пароль"
        SMS = "sms", "код из СМС"
        APPLICATION = "application", "код из приложения"
        SPARE_CODE = "spare_code", "запасной код"
        PASSKEY = "passkey", "ключ входа"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="trusted_devices")
    key_hash = models.CharField(max_length=64)
    proof = models.CharField("чем подтверждено", max_length=12, choices=Proof)
    user_agent = models.CharField("браузер", max_length=300, blank=True)
    network_address = models.GenericIPAddressField("сетевой адрес", null=True)
    first_seen_at = models.DateTimeField("впервые")
    last_seen_at = models.DateTimeField("последний раз")
    until = models.DateTimeField("доверяем до")
    ended_at = models.DateTimeField("забыто", null=True, blank=True)

    objects = TrustedDeviceQuerySet.as_manager()

    class Meta:
        verbose_name = "знакомое устройство"
        verbose_name_plural = "знакомые устройства"
        indexes = [models.Index(fields=["key_hash"], name="trusted_device_by_key")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key_hash"], condition=Q(ended_at=None), name="trusted_device_once_a_browser"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return devices.name_device(self.user_agent)


class PasskeyQuerySet(models.QuerySet["Passkey"]):
    def visible_to(self, user: "User") -> "PasskeyQuerySet":
        return self.filter(user=user)


class Passkey(models.Model):
    """A key that rests in a user's device and opens the cabinet by finger, face or PIN (WebAuthn, level 2)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField("название", max_length=60)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField("сколько раз подписывал", help_text="0 for keys that live in a cloud")
    created_at = models.DateTimeField("добавлен")
    last_used_at = models.DateTimeField("последний раз", null=True, blank=True)

    objects = PasskeyQuerySet.as_manager()

    class Meta:
        verbose_name = "ключ входа"
        verbose_name_plural = "ключи входа"

    def __str__(self) -> str:
        return self.name


class FactorRemoval(models.Model):
    """Staff take away a lost application, two of them together (ASVS 6.4.4): one asks, another confirms."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="factor_removals", verbose_name="чьё приложение"
    )
    reason = models.TextField("причина")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="кто просит")
    asked_at = models.DateTimeField("когда")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="кто подтвердил"
    )
    confirmed_at = models.DateTimeField("подтверждено", null=True, blank=True)

    class Meta:
        verbose_name = "снятие приложения с кодами"
        verbose_name_plural = "снятия приложений с кодами"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("asked_by")), name="factor_removal_four_eyes"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(confirmed_at=None), name="factor_removal_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%d.%m.%Y %H:%M}"
