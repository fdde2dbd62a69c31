"""«Календарь»: a secret address at which a resident's own calendar reads the days to remember."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import sessions
from accounts.models import User
from billing.calendar import ReadingCalendar, shift_month
from billing.models import Bill, Link, PersonalAccount, Supplier
from meters.calendar_feed import (
    Event,
    FeedAccount,
    FeedMeter,
    escape_text,
    fold_line,
    plan_events,
    write_calendar,
)
from meters.models import CalendarFeed, Meter
from meters.models.feeds import hash_token
from meters.operations.feeds import create_calendar_feed
from tests import factories
from tests.pages import PageClient

PAGE = "/calendar/"
TODAY = factories.NOW.date()


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def trusted(as_alice: PageClient) -> PageClient:
    """Алиса, who has typed her password a moment ago."""
    session = as_alice.session
    session[sessions.PASSWORD_AT] = factories.NOW.timestamp()
    session.save()
    return as_alice


def make_address(client: PageClient) -> str:
    """Make an address on the page and read it from there: the path of the file."""
    html = client.post(PAGE).content.decode()
    return "/calendar/" + html.split('data-copy="')[1].split('"')[0].rpartition("/calendar/")[2]


def unfold(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def read(client: PageClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return "\n".join(unfold(answer.content.decode()))


# The address


def test_an_address_is_made_shown_once_and_read_without_a_sign_in(
    trusted: PageClient, page: PageClient, alices_flat: Link
) -> None:
    assert "Создать адрес" in trusted.get(PAGE).content.decode()
    path = make_address(trusted)
    assert len(path) > 50
    assert path not in trusted.get(PAGE).content.decode()
    answer = page.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")


def test_the_address_itself_is_kept_nowhere(trusted: PageClient, alices_flat: Link) -> None:
    token = make_address(trusted).removeprefix("/calendar/").removesuffix(".ics")
    feed = CalendarFeed.objects.get()
    assert feed.token_hash == hash_token(token)
    assert token not in repr(dict(trusted.session))


def test_a_revoked_address_is_gone(trusted: PageClient, page: PageClient, alices_flat: Link) -> None:
    path = make_address(trusted)
    assert trusted.post(reverse("meters:calendar_revoke")).status_code == 302
    assert page.get(path).status_code == 404
    assert "Создать адрес" in trusted.get(PAGE).content.decode()


def test_a_new_address_ends_the_one_before(trusted: PageClient, page: PageClient, alices_flat: Link) -> None:
    first, second = make_address(trusted), make_address(trusted)
    assert page.get(first).status_code == 404
    assert page.get(second).status_code == 200


def test_only_ones_own_address_can_be_revoked(
    trusted: PageClient, as_charlie: PageClient, page: PageClient, alices_flat: Link
) -> None:
    path = make_address(trusted)
    as_charlie.post(reverse("meters:calendar_revoke"))
    assert page.get(path).status_code == 200


def test_a_new_address_asks_for_the_password(as_alice: PageClient) -> None:
    answer = as_alice.post(PAGE)
    assert answer.status_code == 302
    assert answer.url == f"{reverse('privacy:password_confirm')}?next=%2Fcalendar%2F"
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "я"])
def test_a_guess_finds_nothing(page: PageClient, alices_flat: Link, token: str) -> None:
    assert page.get(f"/calendar/{token}.ics").status_code == 404


def test_a_resident_shut_out_is_read_no_more(trusted: PageClient, page: PageClient, alice: User) -> None:
    path = make_address(trusted)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert page.get(path).status_code == 404


def test_the_former_owner_of_a_phone_reads_nothing_of_the_next_one(
    trusted: PageClient, page: PageClient, alice: User, alices_flat: Link
) -> None:
    """T11 the other way round: the number went to another person, who links a flat of his own."""
    path = make_address(trusted)
    with time_machine.travel(factories.NOW + timedelta(days=90), tick=False):
        User.objects.filter(pk=alice.pk).update(hidden_before=factories.NOW + timedelta(days=80))
        Link.objects.update(linked_at=factories.NOW + timedelta(days=85))
        assert page.get(path).status_code == 404
        User.objects.filter(pk=alice.pk).update(hidden_before=None)
        assert page.get(path).status_code == 200


def test_the_secret_stays_out_of_the_log(
    alice: User, page: PageClient, alices_flat: Link, caplog: pytest.LogCaptureFixture
) -> None:
    token = create_for(alice)
    with caplog.at_level(logging.INFO):
        assert page.get(f"/calendar/{token}.ics").status_code == 200
    assert "/calendar/***.ics" in caplog.text
    assert token not in caplog.text


def create_for(user: User) -> str:
    # Durable as it is, the operation does not mind the transaction of a test.
    return create_calendar_feed(user=user, at=factories.NOW)


# What stands in it


def test_tells_the_days_of_the_linked_accounts(trusted: PageClient, page: PageClient, alices_flat: Link) -> None:
    Bill.objects.update(due_on=date(2026, 12, 11), amount_due="9999.99")
    Meter.objects.update(verified_until=date(2027, 5, 27))
    text = read(page, make_address(trusted))
    for day, summary in [
        ("20261125", "Передать показания: Квартира"),
        ("20261225", "Передать показания: Квартира"),
        ("20261211", "Оплатить счёт за октябрь: Квартира"),
        ("20261215", "Оплатить счёт за ноябрь: Квартира"),
        ("20270527", "Срок поверки счётчика: Квартира"),
    ]:
        event = next(part for part in text.split("BEGIN:VEVENT") if f"DTSTART;VALUE=DATE:{day}" in part)
        assert f"SUMMARY:{summary}" in event
    assert "Открыт приём" not in text


def test_names_neither_number_nor_address(trusted: PageClient, page: PageClient, alices_flat: Link) -> None:
    Link.objects.update(alias="")
    account, meter = alices_flat.account, Meter.objects.get()
    lines = read(page, make_address(trusted)).split("\n")
    # Ids are random digits, which may spell anything.
    text = "\n".join(line for line in lines if not line.startswith("UID:"))
    assert "Передать показания: Электроэнергия" in text
    for secret in (account.number, account.digits, account.address, "Фонарная", meter.serial, "3412", "+7900"):
        assert secret not in text


def test_an_ended_link_is_told_no_more(trusted: PageClient, page: PageClient, alices_flat: Link) -> None:
    path = make_address(trusted)
    Link.objects.update(ended_at=factories.NOW)
    assert "VEVENT" not in read(page, path)


def test_a_closed_account_and_an_automatic_meter_ask_nothing(
    trusted: PageClient, page: PageClient, alices_flat: Link
) -> None:
    path = make_address(trusted)
    Meter.objects.update(status=Meter.Status.AUTOMATIC)
    text = read(page, path)
    assert "Передать показания" not in text
    assert "Оплатить счёт за ноябрь" in text
    PersonalAccount.objects.update(status=PersonalAccount.Status.CLOSED)
    assert "Оплатить счёт за ноябрь" not in read(page, path)


def test_the_window_is_told_where_it_opens(trusted: PageClient, page: PageClient, alices_flat: Link) -> None:
    Supplier.objects.update(window_from=20, window_to=25)
    text = read(page, make_address(trusted))
    assert "DTSTART;VALUE=DATE:20261220" in text
    assert "SUMMARY:Открыт приём показаний: Квартира" in text
    assert "Показания принимают с 20-го по 25-е число." in text


def test_events_keep_their_ids_while_the_days_go_on(trusted: PageClient, page: PageClient, alices_flat: Link) -> None:
    path = make_address(trusted)
    first = {line for line in read(page, path).split("\n") if line.startswith("UID:")}
    with time_machine.travel(factories.NOW + timedelta(days=30), tick=False):
        later = {line for line in read(page, path).split("\n") if line.startswith("UID:")}
    assert len(first & later) >= 6


# Days, without a database


def make_account(**changed: object) -> FeedAccount:
    facts = {
        "name": "Дача",
        "supplier_id": 1,
        "calendar": ReadingCalendar(1, 31, 25),
        "takes_readings": True,
        "is_billed": True,
        "last_period": date(2026, 10, 1),
        "last_due_on": date(2026, 11, 15),
        "is_paid": False,
        "is_electricity": True,
    }
    return FeedAccount(**(facts | changed))


def plan(*accounts: FeedAccount) -> list[Event]:
    return plan_events(accounts, on=TODAY, readings_url="https://p.example/r", payments_url="https://p.example/p")


def find(events: list[Event], kind: str) -> list[tuple[date, str]]:
    return [(event.day, event.summary) for event in events if event.key.startswith(kind)]


def test_accounts_of_one_supplier_share_a_day() -> None:
    events = plan(make_account(), make_account(name="Квартира"), make_account(name="Вода", supplier_id=2))
    on_the_day = [summary for day, summary in find(events, "cut-off") if day == date(2026, 11, 25)]
    assert on_the_day == ["Передать показания: Дача, Квартира", "Передать показания: Вода"]


def test_what_is_paid_is_not_asked_for() -> None:
    assert find(plan(make_account()), "due")[0] == (date(2026, 11, 15), "Оплатить счёт за октябрь: Дача")
    assert find(plan(make_account(is_paid=True)), "due")[0] == (date(2026, 12, 15), "Оплатить счёт за ноябрь: Дача")


def test_a_window_over_the_turn_of_the_month() -> None:
    events = plan(make_account(calendar=ReadingCalendar(28, 3, 25)))
    assert [day for day, _ in find(events, "window")][:3] == [
        date(2026, 10, 28),
        date(2026, 11, 28),
        date(2026, 12, 28),
    ]


def test_verification_says_whose_duty_it_is() -> None:
    meters = (
        FeedMeter(5, date(2031, 2, 1), "https://p.example/m"),
        FeedMeter(6, date(2020, 1, 1), "https://p.example/m"),
    )
    (supplier,) = [event for event in plan(make_account(meters=meters)) if event.key.startswith("verification")]
    (owner,) = [e for e in plan(make_account(meters=meters, is_electricity=False)) if e.key.startswith("verification")]
    assert supplier.day == owner.day == date(2031, 2, 1)
    assert "отвечает поставщик" in supplier.description
    assert "владелец" in owner.description


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-30, 30))
def test_months_are_shifted_there_and_back(day: date, months: int) -> None:
    assert shift_month(shift_month(day, months), -months) == day.replace(day=1)


# Lines


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")))
def test_folding_loses_nothing_and_no_line_is_long(line: str) -> None:
    folded = fold_line(line)
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_value_stays_in_its_line(text: str) -> None:
    written = escape_text(text)
    assert not set(written) & {"\r", "\n", "\0"}
    event = Event("k", TODAY, text, text, "https://p.example/")
    lines = unfold(write_calendar([event], feed_id=1, at=datetime(2026, 11, 20, tzinfo=UTC)))
    assert [line.partition(":")[0] for line in lines if line.startswith(("BEGIN", "END"))] == [
        "BEGIN",
        "BEGIN",
        "END",
        "END",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [("a,b;c", "a\\,b\\;c"), ("a\\n", "a\\\\n"), ("a\r\nb\rc\nd", "a\\nb\\nc\\nd"), ("a\0b", "ab"), ("Дом", "Дом")],
)
def test_text_is_escaped_as_the_standard_says(text: str, written: str) -> None:
    assert escape_text(text) == written


def test_two_addresses_have_events_of_their_own() -> None:
    event = Event("k", TODAY, "День", "", "https://p.example/")
    first, second = (write_calendar([event], feed_id=n, at=factories.NOW) for n in (1, 2))
    ids = [next(line for line in unfold(text) if line.startswith("UID:")) for text in (first, second)]
    assert ids[0] != ids[1]
