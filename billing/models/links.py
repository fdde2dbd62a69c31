"""What a resident may see, how it is grouped, and how its bills arrive."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery, Sum

from accounts.hidden_past import shown_since, shown_to_its_user
from accounts.models import User
from billing.models.bills import Bill, Payment
from billing.models.suppliers import PersonalAccount, Supplier

UNDO_WITHIN = timedelta(minutes=15)
"""So long a resident can take back an unlinking without proving the personal account again."""


NEW_FOR = timedelta(hours=24)
"""So long a new link shuts out nobody: those who held the account before have time to notice (security.md A4)."""

DEFAULT_GROUP = "Моя группа"


class AccountGroupQuerySet(models.QuerySet["AccountGroup"]):
    def visible_to(self, user: User) -> "AccountGroupQuerySet":
        """The name that every resident's group has at first tells nothing, whatever is hidden."""
        groups = self.filter(user=user)
        if user.hidden_before is None:
            return groups
        return groups.filter(Q(name=DEFAULT_GROUP) | Q(created_at__gte=user.hidden_before))


class AccountGroup(models.Model):
    """A resident's own name for some of the personal accounts: «Дом», «Дача»."""

    user = models.ForeignKey(User, models.CASCADE, related_name="account_groups")
    name = models.CharField("название", max_length=60)
    created_at = models.DateTimeField()

    objects = AccountGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "группа"
        verbose_name_plural = "группы"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="account_group_name")]

    def __str__(self) -> str:
        return self.name


def _join_first(relation: str, rows: models.QuerySet[Any]) -> FilteredRelation:
    """Of many related rows the first in this order; none through a reduced link."""
    first = Q(**{f"{relation}__pk": Subquery(rows.values("pk")[:1])})
    return FilteredRelation(relation, condition=first & Q(is_reduced=False))


class LinkQuerySet(models.QuerySet["Link"]):
    def visible_to(self, user: User) -> "LinkQuerySet":
        return self.filter(shown_since(user, "linked_at"), user=user, ended_at=None)

    def full(self) -> "LinkQuerySet":
        """Those that show bills and payments, and by which something is decided for the account (security.md T2)."""
        return self.filter(is_reduced=False)

    def undoable_by(self, user: User, *, at: datetime) -> "LinkQuerySet":
        """What the resident unlinked a moment ago and can take back."""
        return self.filter(shown_since(user, "ended_at"), user=user, ended_by=user, ended_at__gt=at - UNDO_WITHIN)

    def with_newest(self) -> "LinkQuerySet":
        """Each with its account's newest bill, what was paid since, and the newest choice of delivery."""
        bills = Bill.objects.filter(account=OuterRef("account")).order_by("-period", "-id")
        choices = BillDelivery.objects.standing().filter(account=OuterRef("account")).order_by("-id")
        paid = Payment.objects.filter(account=OuterRef("account"), paid_on__gte=OuterRef("newest_bill__issued_on"))
        joined = {
            "newest_bill": _join_first("account__bills", bills),
            "delivery": _join_first("account__deliveries", choices),
        }
        total = paid.order_by().values("account").annotate(total=Sum("amount")).values("total")
        return self.annotate(**joined).annotate(**{"paid_after": Subquery(total)}).select_related(*joined)

    def seen(self) -> "LinkQuerySet":
        """Those that stand and that their residents see now: none of a hidden past."""
        return self.filter(shown_to_its_user("linked_at"), ended_at=None)


class Link(models.Model):
    """A resident's proven right to see a personal account, under a name of the resident's own."""

    user = models.ForeignKey(User, models.CASCADE, related_name="links")
    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="links")
    group = models.ForeignKey(AccountGroup, models.PROTECT, related_name="links")
    alias = models.CharField("псевдоним", max_length=60, blank=True)
    proof = models.CharField("чем доказано", max_length=60)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField("снята", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="кто снял"
    )
    address_confirmed_at = models.DateTimeField(null=True, blank=True, help_text="«Это ваш адрес?» — «Да»")
    history_checked_at = models.DateTimeField(null=True, blank=True, help_text="checklist, domain.md 1.3")
    meter_checked_at = models.DateTimeField(null=True, blank=True)
    is_reduced = models.BooleanField(
        "только показания", default=False, db_default=False, help_text="until a payment confirms it (security.md T2)"
    )

    objects = LinkQuerySet.as_manager()

    newest_bill: Bill | None = None
    paid_after: Decimal | None = None
    delivery: "BillDelivery | None" = None
    """Of its account, joined by `with_newest`: roubles that came since the bill; a choice that may wait its day."""

    class Meta:
        verbose_name = "привязка"
        verbose_name_plural = "привязки"
        constraints = [
            models.UniqueConstraint(fields=["user", "account"], condition=Q(ended_at=None), name="link_once"),
        ]
        indexes = [models.Index(fields=["account"], name="link_holders", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.alias or f"ЛС {self.account.number}"

    @property
    def shown_address(self) -> str:
        """Masked until the resident has said that it is theirs, and through a reduced link always."""
        is_known = self.address_confirmed_at and not self.is_reduced
        return self.account.address if is_known else self.account.masked_address


class LinkRequestQuerySet(models.QuerySet["LinkRequest"]):
    def visible_to(self, user: User) -> "LinkRequestQuerySet":
        return self.filter(shown_since(user, "created_at"), user=user)

    def pending(self) -> "LinkRequestQuerySet":
        return self.filter(status=LinkRequest.Status.PENDING)


class LinkRequest(models.Model):
    """A payment that had not reached the registry when it was named. One guess, looked at again for 10 days."""

    class Status(models.TextChoices):
        PENDING = "pending", "ждёт данных поставщика"
        LINKED = "linked", "привязан"
        EXPIRED = "expired", "не подтвердился"
        WITHDRAWN = "withdrawn", "отозван"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="link_requests")
    supplier = models.ForeignKey(Supplier, models.CASCADE)
    digits = models.CharField(max_length=40)
    shown_number = models.CharField(max_length=40)
    paid_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    alias = models.CharField(max_length=60, blank=True)
    group = models.ForeignKey(AccountGroup, models.SET_NULL, null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = LinkRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "ожидающая привязка"
        verbose_name_plural = "ожидающие привязки"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "supplier", "digits"],
                condition=Q(status="pending"),
                name="link_request_one_pending",
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="link_request_pending", condition=Q(status="pending"))]

    def __str__(self) -> str:
        return self.shown_number


class BillDeliveryQuerySet(models.QuerySet["BillDelivery"]):
    def standing(self) -> "BillDeliveryQuerySet":
        """Not taken back; those that wait their day are among them."""
        return self.filter(withdrawn_at=None)

    def in_force(self, at: datetime) -> "BillDeliveryQuerySet":
        return self.standing().filter(Q(in_force_at=None) | Q(in_force_at__lte=at))

    def waiting(self, at: datetime) -> "BillDeliveryQuerySet":
        return self.standing().filter(in_force_at__gt=at)

    def of_holders(self) -> "BillDeliveryQuerySet":
        """Choices of those who see the account still; of anybody else the choice before holds.

        A choice of a hidden past (security.md T11) stands as long as its link does: its letters go to its owner.
        Once somebody else made a link of the same cabinet anew, it says nothing until that past is opened.
        """
        holder = Link.objects.filter(account=OuterRef("account"), user=OuterRef("user"), ended_at=None)
        is_same_person = Q(shown_to_its_user("chosen_at")) | Q(
            Exists(holder.filter(linked_at__lt=F("user__hidden_before")))
        )
        return self.filter(is_same_person, Exists(holder))


class BillDelivery(models.Model):
    """How the bills of a personal account arrive (способ получения счёта). A decision is a row; the newest holds."""

    class Method(models.TextChoices):
        EMAIL = "email", "Получать счета на e-mail"
        PAPER_AND_EMAIL = "paper_and_email", "Получать бумажные счета и счета на e-mail"
        PAPER = "paper", "Получать бумажные счета"

    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="deliveries")
    user = models.ForeignKey(User, models.PROTECT)
    method = models.CharField("способ", max_length=20, choices=Method)
    email = models.EmailField("адрес", blank=True)
    chosen_at = models.DateTimeField()
    in_force_at = models.DateTimeField("действует с", null=True, blank=True, help_text="empty: at once")
    withdrawn_at = models.DateTimeField("отменён", null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    objects = BillDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "способ получения счёта"
        verbose_name_plural = "способы получения счёта"
        indexes = [models.Index(fields=["account", "-id"], name="bill_delivery_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(method="paper") | ~Q(email=""), name="bill_delivery_has_email"),
        ]

    def __str__(self) -> str:
        return self.get_method_display()

    def waits(self, at: datetime) -> bool:
        """Chosen, and not yet in force: it can be taken back (security.md T30)."""
        return self.withdrawn_at is None and self.in_force_at is not None and at < self.in_force_at

    def is_own(self, user: User) -> bool:
        """Whether it is this resident's choice, and so its address may be shown."""
        return self.user_id == user.pk and not user.hides(self.chosen_at)
