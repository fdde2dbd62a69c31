"""Limits: exact in any window, however the acts lie in it (security.md S3-S5, S8)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import limits, network
from accounts.models import LimitedAct
from accounts.operations.refusals import say_when
from tests.factories import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_a_limit_admits_exactly_its_count_in_a_window() -> None:
    limit = limits.Limit("test", 3, limits.HOUR)
    assert [limits.consume(limit, "one", at=NOW) for _ in range(5)] == [True, True, True, False, False]
    assert limits.consume(limit, "other", at=NOW)
    assert limits.is_exhausted(limit, "one", at=NOW + limits.HOUR - SECOND)
    assert limits.consume(limit, "one", at=NOW + limits.HOUR)


@pytest.mark.django_db
def test_a_window_rolls_instead_of_beginning_anew_each_hour() -> None:
    """Three before the full hour and three after it are six within minutes: refused."""
    limit = limits.Limit("test", 3, limits.HOUR)
    full_hour = NOW.replace(minute=0)
    assert all(limits.consume(limit, "one", at=full_hour - timedelta(minutes=minutes)) for minutes in (3, 2, 1))
    assert not limits.consume(limit, "one", at=full_hour)
    assert limits.find_wait([(limit, "one")], at=full_hour) == full_hour + timedelta(minutes=57)


@pytest.mark.django_db
def test_a_refused_act_is_counted_nowhere() -> None:
    roomy, tight = limits.Limit("roomy", 5, limits.HOUR), limits.Limit("tight", 1, limits.HOUR)
    limits.consume(tight, "one", at=NOW)
    assert limits.consume_together([(roomy, "net"), (tight, "one")], at=NOW) == NOW + limits.HOUR
    assert LimitedAct.objects.count() == 1


@pytest.mark.django_db
def test_what_is_given_back_did_not_happen() -> None:
    limit = limits.Limit("test", 2, limits.HOUR)
    limits.consume(limit, "one", at=NOW)
    limits.consume(limit, "one", at=NOW)
    limits.give_back([(limit, "one")], at=NOW)
    assert [limits.consume(limit, "one", at=NOW) for _ in range(2)] == [True, False]


@pytest.mark.django_db
def test_the_rows_know_no_phone() -> None:
    limits.consume(limits.SMS_PER_BLOCK, "+79005550101", at=NOW)
    assert "5550101" not in str(LimitedAct.objects.values())


class AnyWindow(TestCase):
    """A reference that looks at the admitted moments alone."""

    @given(st.lists(st.integers(min_value=0, max_value=4000), max_size=30))
    @settings(max_examples=40, deadline=None)
    def test_no_window_ever_holds_more_than_the_limit(self, gaps: list[int]) -> None:
        limit = limits.Limit("test", 3, limits.HOUR)
        admitted: list[datetime] = []
        at = NOW
        for gap in gaps:
            at += gap * SECOND
            within = [moment for moment in admitted if moment > at - limits.HOUR]
            assert limits.consume(limit, "one", at=at) == (len(within) < 3)
            if len(within) < 3:
                admitted.append(at)


def send(at: datetime, *, phone: str = "+79005550101") -> bool:
    return limits.consume_together([(policy, phone) for policy in limits.SMS_PER_PHONE], at=at) is None


@pytest.mark.django_db
def test_the_pause_between_codes_grows() -> None:
    """S3: 60, 120, 300, 600 seconds; here without the caps, which would stop it earlier."""
    pause, at = limits.SMS_PER_PHONE[0], NOW
    for seconds in (60, 120, 300, 600, 600):
        assert limits.consume(pause, "one", at=at)
        assert not limits.consume(pause, "one", at=at + (seconds - 1) * SECOND)
        at += seconds * SECOND


@pytest.mark.django_db
def test_codes_a_phone_can_be_sent() -> None:
    """S3: who asks each ten seconds of two days gets three in a quarter of an hour, five in an hour, eight in a day."""
    sent = []
    at = NOW
    while at < NOW + 2 * limits.DAY:
        waits = limits.find_wait([(policy, "+79005550101") for policy in limits.SMS_PER_PHONE], at=at)
        if waits is None:
            assert send(at)
            sent.append(at)
        else:
            assert not send(at)
        at = max(waits or at, at + 10 * SECOND)
    for count, window in ((3, 15 * limits.MINUTE), (5, limits.HOUR), (8, limits.DAY)):
        held = [sum(1 for other in sent if moment <= other < moment + window) for moment in sent]
        assert max(held) == count


@pytest.mark.django_db
def test_wrong_passwords_wait_longer_and_longer_but_never_for_ever() -> None:
    """S7: five within a quarter of an hour, then 30 seconds to an hour."""
    delay, at = limits.SIGN_IN_PER_PHONE[0], NOW
    for _ in range(5):
        assert limits.consume(delay, "one", at=at)
        at += SECOND
    at -= SECOND
    for seconds in (30, 60, 120, 240, 480, 900, 1800, 3600, 3600):
        assert limits.find_wait([(delay, "one")], at=at) == at + seconds * SECOND
        at += seconds * SECOND
        assert limits.consume(delay, "one", at=at)


@pytest.mark.django_db
def test_slips_far_apart_do_not_make_one_wait() -> None:
    delay = limits.SIGN_IN_PER_PHONE[0]
    assert all(limits.consume(delay, "one", at=NOW + 4 * number * limits.MINUTE) for number in range(12))


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
    ],
)
def test_one_subscriber_is_one_address(address: str, subject: str) -> None:
    assert network.subject_of(address) == subject


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(milliseconds=1), "через 1 с"),
        (timedelta(seconds=60), "через 60 с"),
        (timedelta(seconds=91), "через 2 мин"),
        (timedelta(minutes=60), "через 60 мин"),
        (timedelta(hours=2), "сегодня в 14:00"),
        (timedelta(hours=2, seconds=1), "сегодня в 14:01"),
        (timedelta(hours=12), "завтра в 0:00"),
        (timedelta(hours=23, minutes=5), "завтра в 11:05"),
        (timedelta(days=20), "10.12.2026 в 12:00"),
    ],
)
def test_a_wait_is_said_in_words(wait: timedelta, words: str) -> None:
    assert say_when(NOW + wait, NOW) == words
