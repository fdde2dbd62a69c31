"""What residents call their meters."""

from django.db import models

from accounts.models import User
from meters.models.meters import Meter

LONGEST = 40


class MeterNickname(models.Model):
    """A resident's own name for a meter: «Кухня», «Стояк в коридоре». Nobody else sees it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="meter_nicknames", verbose_name="житель")
    meter = models.ForeignKey(Meter, models.CASCADE, related_name="nicknames", verbose_name="прибор учёта")
    text = models.CharField("название", max_length=LONGEST)

    class Meta:
        verbose_name = "своё название счётчика"
        verbose_name_plural = "свои названия счётчиков"
        constraints = [models.UniqueConstraint(fields=["user", "meter"], name="meter_nickname_of_a_resident")]

    def __str__(self) -> str:
        return self.text
