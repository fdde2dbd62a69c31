"""What residents call their meters."""

from django.db import models
from django.db.models.functions import Now

from accounts.hidden_past import shown_since
from accounts.models import User
from meters.models.meters import Meter

LONGEST = 40


class MeterNicknameQuerySet(models.QuerySet["MeterNickname"]):
    def visible_to(self, user: User) -> "MeterNicknameQuerySet":
        """One's own; what the former owner of a phone called his meters stays hidden with the rest of his past."""
        return self.filter(shown_since(user, "named_at"), user=user)


class MeterNickname(models.Model):
    """A resident's own name for a meter: «Кухня», «Стояк в коридоре». Nobody else sees it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="meter_nicknames", verbose_name="житель")
    meter = models.ForeignKey(Meter, models.CASCADE, related_name="nicknames", verbose_name="прибор учёта")
    text = models.CharField("название", max_length=LONGEST)
    named_at = models.DateTimeField("когда", db_default=Now())

    objects = MeterNicknameQuerySet.as_manager()

    class Meta:
        verbose_name = "своё название счётчика"
        verbose_name_plural = "свои названия счётчиков"
        constraints = [models.UniqueConstraint(fields=["user", "meter"], name="meter_nickname_of_a_resident")]

    def __str__(self) -> str:
        return self.text
