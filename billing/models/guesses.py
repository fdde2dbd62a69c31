"""Wrong guesses at personal accounts, remembered so that the limits stand over days (security.md A3)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Q

from accounts.models import User

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)

PER_USER_DAY = 5
PER_TARGET_DAY = 5
PER_TARGET_MONTH = 15
ALARM_GUESSES_HOUR = 100
ALARM_TARGETS_HOUR = 30


class LinkGuessQuerySet(models.QuerySet["LinkGuess"]):
    def are_used_up(self, *, user: User, target: str, network: str, at: datetime) -> bool:
        """Whether the resident, the personal account or the network address has no guess left. One statement."""
        since_day, since_hour = Q(guessed_at__gt=at - DAY), Q(guessed_at__gt=at - HOUR)
        counted = (
            self.filter(guessed_at__gt=at - MONTH)
            .filter(Q(user=user) | Q(target=target) | Q(network=network))
            .aggregate(
                by_user=Count("pk", filter=Q(user=user) & since_day),
                at_target=Count("pk", filter=Q(target=target) & since_day),
                at_target_in_month=Count("pk", filter=Q(target=target)),
                from_address=Count("pk", filter=Q(network=network) & since_hour),
            )
        )
        return bool(
            counted["by_user"] >= PER_USER_DAY
            or counted["at_target"] >= PER_TARGET_DAY
            or counted["at_target_in_month"] >= PER_TARGET_MONTH
            or counted["from_address"] >= settings.LINK_ATTEMPTS_PER_ADDRESS_HOUR
        )

    def look_like_an_attack(self, *, at: datetime) -> bool:
        """Many wrong guesses within an hour over the whole portal, or guesses at many accounts: time for the alarm."""
        counted = self.filter(guessed_at__gt=at - HOUR).aggregate(
            guesses=Count("pk"), targets=Count("target", distinct=True)
        )
        return bool(counted["guesses"] >= ALARM_GUESSES_HOUR or counted["targets"] >= ALARM_TARGETS_HOUR)


class LinkGuess(models.Model):
    """One attempt that proved nothing. Account and address rest as keyed hashes, whether the account exists or not."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    target = models.CharField(max_length=64, help_text="keyed hash of supplier and number")
    network = models.CharField(max_length=64, help_text="keyed hash of the network address")
    guessed_at = models.DateTimeField()

    objects = LinkGuessQuerySet.as_manager()

    class Meta:
        verbose_name = "неудачная попытка привязки"
        verbose_name_plural = "неудачные попытки привязки"
        indexes = [
            models.Index(fields=["user", "guessed_at"], name="link_guess_user"),
            models.Index(fields=["target", "guessed_at"], name="link_guess_target"),
            models.Index(fields=["network", "guessed_at"], name="link_guess_network"),
            models.Index(fields=["guessed_at"], name="link_guess_time"),
        ]

    def __str__(self) -> str:
        return f"{self.guessed_at:%d.%m.%Y %H:%M}"
