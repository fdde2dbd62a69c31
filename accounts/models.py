"""Residents and staff, how they prove who they are, and what they agreed to."""

import uuid
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from phonenumber_field.modelfields import PhoneNumberField

from accounts import phones
from accounts.audit.models import SecurityEvent as SecurityEvent
from accounts.contacts.models import PhoneChange as PhoneChange
from accounts.limited_acts import LimitedAct as LimitedAct
from accounts.limited_acts import PhoneRelease as PhoneRelease
from accounts.privacy.models import CabinetDeletion as CabinetDeletion
from accounts.privacy.models import DataExport as DataExport
from accounts.privacy.models import EmailChange as EmailChange
from accounts.recovery.models import Recovery as Recovery
from accounts.second_factors.models import FactorRemoval as FactorRemoval
from accounts.second_factors.models import Passkey as Passkey
from accounts.second_factors.models import TrustedDevice as TrustedDevice
from accounts.session_records import SessionRecord as SessionRecord


class UserManager(BaseUserManager["User"]):
    def create_user(self, phone: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(phone=phone, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, phone: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(phone, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Staff type a phone as people do; anything that is no phone simply finds nobody."""
        try:
            return self.get(phone=phones.parse_phone(username or ""))
        except phones.InvalidPhone as error:
            raise self.model.DoesNotExist from error


class User(AbstractBaseUser, PermissionsMixin):
    """Who signs in: a resident, or one of the staff."""

    phone = PhoneNumberField("телефон", unique=True)
    email = models.EmailField("электронная почта", blank=True)
    name = models.CharField("имя", max_length=150, blank=True, help_text="у сотрудников; видно жителям в ответах")
    is_staff = models.BooleanField("сотрудник", default=False)
    is_active = models.BooleanField("действует", default=True)
    created_at = models.DateTimeField("создан", auto_now_add=True)
    deletion_due_at = models.DateTimeField("кабинет будет удалён", null=True, blank=True)
    erased_at = models.DateTimeField("кабинет удалён", null=True, blank=True)
    hidden_before = models.DateTimeField(
        "прежнее скрыто до", null=True, blank=True, editable=False, help_text="see accounts.hidden_past"
    )

    objects = UserManager()

    unread_count: int | None = None
    """News at the bell when the session was loaded (`accounts.session_store`); None: to be counted."""

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = "пользователь"
        verbose_name_plural = "пользователи"

    def __str__(self) -> str:
        if self.erased_at:
            return "удалённый кабинет"
        return self.name or phones.mask_phone(str(self.phone))

    def hides(self, moment: datetime) -> bool:
        """Whether what dates from then is hidden from whoever signs in, until recognised (`accounts.hidden_past`)."""
        return self.hidden_before is not None and moment < self.hidden_before


class PhoneChallenge(models.Model):
    """A code sent to a phone, good for one purpose in the one session that holds its public id.

    The code itself is nowhere: it is derived from the nonce with the server's key (`accounts.challenges`).
    """

    class Purpose(models.TextChoices):
        REGISTRATION = "registration", "регистрация"
        PASSWORD_RESET = "password_reset", "сброс пароля"
        SIGN_IN = "sign_in", "вход с нового устройства"
        PHONE_CHANGE = "phone_change", "смена телефона"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    phone = models.CharField(max_length=16)
    purpose = models.CharField(max_length=20, choices=Purpose)
    nonce = models.BinaryField(max_length=32)
    silent = models.BooleanField(default=False, help_text="no code can satisfy it: the phone was not entitled to one")
    checks = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "код подтверждения"
        verbose_name_plural = "коды подтверждения"
        indexes = [models.Index(fields=["phone", "-created_at"], name="challenge_by_phone")]
        constraints = [models.CheckConstraint(condition=Q(checks__lte=5), name="challenge_five_checks")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {phones.mask_phone(self.phone)}"

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and self.superseded_at is None and at < self.expires_at and self.checks < 5


class Registration(models.Model):
    """What a person typed in the registration form, until the code confirms it. Codes may be sent again for it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    challenge = models.OneToOneField(PhoneChallenge, models.CASCADE, related_name="registration")
    phone = models.CharField(max_length=16)
    password = models.CharField(max_length=200)
    advertising = models.BooleanField()
    advertising_preselected = models.BooleanField(default=False)
    personal_data = models.BooleanField(default=False)
    network_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "незавершённая регистрация"
        verbose_name_plural = "незавершённые регистрации"

    def __str__(self) -> str:
        return phones.mask_phone(self.phone)


class ConsentDocument(models.Model):
    """One published version of a text residents agree to. A trigger refuses to change it: a change is a new version."""

    class Kind(models.TextChoices):
        TERMS = "terms", "Пользовательское соглашение"
        PRIVACY = "privacy", "Политика обработки персональных данных"
        ADVERTISING = "advertising", "Согласие на рекламную рассылку"
        PERSONAL_DATA = "personal-data", "Согласие на обработку персональных данных"

    kind = models.CharField("вид", max_length=20, choices=Kind)
    version = models.PositiveIntegerField("версия")
    text = models.TextField("текст")
    changes = models.TextField("что изменилось", blank=True, default="", db_default="")
    asks_again = models.BooleanField("спросить жителей заново", default=False, db_default=False)
    published_at = models.DateTimeField("действует с")
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name="кто опубликовал"
    )

    class Meta:
        verbose_name = "текст согласия"
        verbose_name_plural = "тексты согласий"
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="consent_document_version")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, версия {self.version}"


class ConsentDraft(models.Model):
    """What staff write before they publish it as the next version."""

    kind = models.CharField("вид", max_length=20, choices=ConsentDocument.Kind, unique=True)
    text = models.TextField("текст")
    changes = models.TextField("что изменилось", blank=True, help_text="Это прочтут жители, которых спросим заново.")
    asks_again = models.BooleanField("спросить жителей заново", default=False)
    edited_at = models.DateTimeField("изменён")

    class Meta:
        verbose_name = "черновик текста согласия"
        verbose_name_plural = "черновики текстов согласий"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, черновик"


class Consent(models.Model):
    """An act of a resident: agreed to, or declined, one version of one text."""

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    document = models.ForeignKey(ConsentDocument, models.PROTECT)
    given = models.BooleanField()
    preselected = models.BooleanField(help_text="the control stood on when the page was opened")
    network_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = "согласие"
        verbose_name_plural = "согласия"
        indexes = [models.Index(fields=["user", "document", "-decided_at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.document}: {'да' if self.given else 'нет'}"
