"""Codes: six digits nobody can foresee, bound to their challenge."""

from collections import Counter

import pytest

from accounts import challenges, limits
from accounts.models import PhoneChallenge
from tests.factories import NOW


def make(**more: object) -> PhoneChallenge:
    return PhoneChallenge(phone="+79005550101", purpose="registration", nonce=challenges.make_nonce(), **more)


def test_codes_are_six_digits_spread_evenly() -> None:
    """Chi-squared over the last digit of 20,000 codes: 27.9 is passed by chance once in a thousand."""
    total = 20_000
    counts = Counter(challenges.derive_code(make())[-1] for _ in range(total))
    expected = total / 10
    assert sum((counts[str(digit)] - expected) ** 2 / expected for digit in range(10)) < 27.9
    assert all(len(challenges.derive_code(make())) == 6 for _ in range(50))


def test_a_code_depends_on_purpose_and_phone() -> None:
    challenge = make()
    codes = {challenges.derive_code(challenge)}
    challenge.purpose = "password_reset"
    codes.add(challenges.derive_code(challenge))
    challenge.phone = "+79005550102"
    codes.add(challenges.derive_code(challenge))
    assert len(codes) == 3


def test_a_silent_challenge_is_satisfied_by_no_code() -> None:
    challenge = make(silent=True)
    assert not challenges.is_right(challenge, challenges.derive_code(challenge))


@pytest.mark.django_db
def test_a_limit_admits_exactly_its_count_in_a_window() -> None:
    limit = limits.Limit("test", 3, limits.HOUR)
    assert [limits.consume(limit, "one", at=NOW) for _ in range(5)] == [True, True, True, False, False]
    assert limits.consume(limit, "other", at=NOW)
    assert limits.is_exhausted(limit, "one", at=NOW)
    assert limits.consume(limit, "one", at=NOW + limits.HOUR)
