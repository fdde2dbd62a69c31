"""Codes: six digits nobody can foresee, bound to their challenge."""

from collections import Counter

from accounts import challenges
from accounts.models import PhoneChallenge


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
