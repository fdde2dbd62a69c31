"""Secret addresses at which a calendar reads a resident's days."""

from hashlib import sha256

from django.db import models
from django.db.models import Q

from accounts.hidden_past import shown_since
from accounts.models import User


def hash_token(token: str) -> str:
    """256 random bits cannot be guessed, so a plain hash hides them."""
    return sha256(token.encode()).hexdigest()


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: User) -> "CalendarFeedQuerySet":
        """The address that holds; those revoked are of no more use."""
        return self.filter(shown_since(user, "created_at"), user=user, revoked_at=None)


class CalendarFeed(models.Model):
    """One address of one resident. Only the hash of its secret is kept, so it can be shown once and never again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds", verbose_name="житель")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("создан")
    revoked_at = models.DateTimeField("отозван", null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = "адрес календаря"
        verbose_name_plural = "адреса календаря"
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="calendar_feed_one_holds")
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"
