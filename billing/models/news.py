"""News of new bills: promised by the import that brings them, told afterwards, once for each resident and bill."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from billing.models.suppliers import PersonalAccount


class BillNewsQuerySet(models.QuerySet["BillNews"]):
    def visible_to(self, user: User) -> "BillNewsQuerySet":
        return self.filter(user=user)

    def untold(self) -> "BillNewsQuerySet":
        return self.filter(told_at=None)


class BillNews(models.Model):
    """«Пришёл счёт»: its own outbox. `number` is the bill's, which stays when its rows are moved about."""

    user = models.ForeignKey(User, models.CASCADE, related_name="bill_news")
    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="+")
    number = models.CharField("счёт", max_length=40)
    period = models.DateField("месяц")
    promised_at = models.DateTimeField("пришёл")
    told_at = models.DateTimeField("сказано", null=True, blank=True)

    objects = BillNewsQuerySet.as_manager()

    class Meta:
        verbose_name = "новость о счёте"
        verbose_name_plural = "новости о счетах"
        constraints = [models.UniqueConstraint(fields=["user", "account", "number"], name="bill_news_once")]
        indexes = [models.Index(fields=["id"], name="bill_news_untold", condition=Q(told_at=None))]

    def __str__(self) -> str:
        return self.number
