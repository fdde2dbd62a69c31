"""Guesses at personal accounts, one after another, so that the limits of security.md A3 are exact."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection

from accounts import limits
from accounts.audit.alarms import Alarm, raise_alarm
from accounts.models import User
from billing.models import LinkGuess


class TooManyGuesses(Exception):
    """The limits of security.md A3. Nothing was compared."""

    def __init__(self) -> None:
        super().__init__(
            "Слишком много неудачных попыток, поэтому сделаем перерыв. Попробуйте через сутки: за это время можно"
            " найти чек последнего платежа или посмотреть номер на счётчике."
        )


def name_target(supplier_id: int, digits: str) -> str:
    """The account guessed at, for a keyed hash."""
    return f"personal-account:{supplier_id}:{digits}"


@dataclass(frozen=True)
class Guess:
    """One attempt of a resident, from one address, at one account, which may not exist. Within a transaction."""

    user: User
    supplier_id: int
    digits: str
    network_address: str

    @cached_property
    def target(self) -> str:
        return limits.hash_subject(name_target(self.supplier_id, self.digits))

    @cached_property
    def network(self) -> str:
        return limits.hash_subject(f"address:{self.network_address}")

    def wait_for_turn(self) -> None:
        """Guesses of one resident, at one account or from one address go one after another."""
        subjects = (limits.hash_subject(f"user:{self.user.pk}"), self.target, self.network)
        with connection.cursor() as cursor:
            for key in sorted(int(subject[:15], 16) for subject in subjects):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])

    def check_limits(self, *, at: datetime) -> None:
        """Raises TooManyGuesses."""
        if LinkGuess.objects.are_used_up(user=self.user, target=self.target, network=self.network, at=at):
            raise TooManyGuesses

    def count_as_wrong(self, *, at: datetime) -> None:
        LinkGuess.objects.create(user=self.user, target=self.target, network=self.network, guessed_at=at)
        if LinkGuess.objects.look_like_an_attack(at=at):
            raise_alarm(Alarm.LINK_GUESSING, at=at)
