"""A resident sees when the staff looked at what is his; the staff see how protection stands (security.md S6, T23)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts import tasks
from accounts.audit.alarms import Alarm, raise_alarm
from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.audit.recording import record_event
from accounts.audit.staff_views import record_view
from accounts.audit.watching import watch_codes
from accounts.models import PhoneChallenge, User
from billing.models import Bill, Link
from meters.models import Meter
from support.models import ErrorReport
from tests import factories
from tests.audit.test_every_kind import write_report
from tests.factories import NOW
from tests.offices import open_office, say_why
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
VIEWS = "/my-data/views/"


def test_before_anybody_looked_the_page_says_so(as_alice: PageClient) -> None:
    assert "Пока никто не смотрел" in as_alice.get(VIEWS).content.decode()
    assert VIEWS in as_alice.get("/my-data/").content.decode()


def test_sees_the_role_the_supplier_and_what_was_seen_but_no_name(
    as_alice: PageClient, alices_flat: Link, office: PageClient
) -> None:
    for name, pk in (
        ("billing_personalaccount", alices_flat.account_id),
        ("billing_bill", Bill.objects.get().pk),
        ("billing_bill", Bill.objects.get().pk),
        ("meters_meter", Meter.objects.get().pk),
        ("billing_link", alices_flat.pk),
    ):
        assert say_why(office, reverse(f"admin:{name}_change", args=[pk])).status_code == 200
    text = as_alice.get(VIEWS).content.decode()
    for said in ("Администратор", "Поставщик света", "лицевой счёт", "счёт — 2 раза", "прибор учёта", "привязка"):
        assert said in text.replace("\xa0", " "), said
    assert "Ольга" not in text


def test_a_report_and_its_thread_are_seen_too(as_alice: PageClient, alices_flat: Link, office: PageClient) -> None:
    report: ErrorReport = write_report(as_alice, alices_flat)
    office.get(reverse("admin:support_errorreport_change", args=[report.pk]))
    assert "обращение" in as_alice.get(VIEWS).content.decode()


def test_a_supplier_with_many_digits_in_its_name_is_told_by_its_beginning(alice: User, staff: User) -> None:
    record_view(staff=staff, page="обращение", people=[alice.pk], supplier="ЖСК № 1234567", at=timezone.now())
    assert SecurityEvent.objects.get(user=alice).figures["supplier"] == "ЖСК № 12345"


def test_every_holder_is_told_and_a_stranger_is_not(
    as_alice: PageClient, as_charlie: PageClient, boris: User, alices_flat: Link, office: PageClient
) -> None:
    factories.LinkFactory(user=boris, account=alices_flat.account)
    say_why(office, reverse("admin:billing_personalaccount_change", args=[alices_flat.account_id]))
    seen = SecurityEvent.objects.filter(kind=Kind.STAFF_VIEW).values_list("user_id", flat=True)
    assert set(seen) == {alices_flat.user_id, boris.pk}
    assert "Пока никто не смотрел" in as_charlie.get(VIEWS).content.decode()


def test_long_histories_have_pages(as_alice: PageClient, alice: User) -> None:
    for day in range(205):
        figures = {"page": "счёт", "role": "Оператор", "supplier": ""}
        record_event(Kind.STAFF_VIEW, user=alice, figures=figures, at=timezone.now() - timedelta(days=205 - day))
    first = as_alice.get(VIEWS)
    older = first.context["older"]
    assert (len(first.context["days"]), "Раньше" in first.content.decode()) == (200, True)
    assert len(as_alice.get(f"{VIEWS}?before={older}").context["days"]) == 5


def test_lists_are_recorded_without_a_resident(alices_flat: Link, office: PageClient) -> None:
    office.get(reverse("admin:billing_personalaccount_changelist"))
    event = SecurityEvent.objects.get(kind=Kind.STAFF_VIEW)
    assert (event.user_id, event.figures["page"], event.figures["rows"]) == (None, "лицевые счета", 1)


class TestProtection:
    def test_shows_alarms_counts_and_events(self, office: PageClient, alice: User) -> None:
        raise_alarm(Alarm.SMS_NOT_CONFIRMED, at=timezone.now(), sent=60, confirmed=3)
        record_event(Kind.SIGN_IN, user=alice, at=timezone.now())
        text = office.get(reverse("admin:accounts_securityevent_changelist")).content.decode()
        for said in ("Мало кодов из СМС возвращается", "отправлено: 60", "Состояние защиты", "+7 9•• •••-••-01"):
            assert said in text, said

    def test_the_senior_sees_alarms_and_himself(self, alice: User) -> None:
        senior = factories.UserFactory(phone="+79005550188", name="Пётр", is_staff=True)
        senior.groups.set([Group.objects.get(name="Старший")])
        record_event(Kind.SIGN_IN, user=alice, at=timezone.now())
        record_event(Kind.STAFF_EXPORT, staff=senior, at=timezone.now())
        raise_alarm(Alarm.SMS_CEILING, at=timezone.now())
        shown = open_office(senior).get(reverse("admin:accounts_securityevent_changelist")).context["cl"]
        assert {event.kind for event in shown.result_list} == {Kind.ALARM, Kind.STAFF_EXPORT}

    def test_nothing_there_can_be_changed(self, office: PageClient, alice: User) -> None:
        event = record_event(Kind.SIGN_IN, user=alice, at=timezone.now())
        assert event
        for name in ("change", "delete"):
            address = reverse(f"admin:accounts_securityevent_{name}", args=[event.pk])
            assert office.post(address, {"post": "yes", "result": "failed"}).status_code in (302, 403)
        assert SecurityEvent.objects.get(pk=event.pk).result == "ok"


class TestConversionAlarm:
    """S6: at least fifty codes an hour, fewer than four in ten typed back."""

    @pytest.mark.parametrize(
        ("sent", "confirmed", "heard"), [(49, 0, False), (50, 19, True), (50, 20, False), (100, 39, True)]
    )
    def test_is_heard_at_its_threshold(self, sent: int, confirmed: int, heard: bool) -> None:
        self.write(sent, confirmed, minutes=30)
        assert watch_codes(at=NOW) is heard
        assert SecurityEvent.objects.filter(kind=Kind.ALARM).count() == heard

    def test_codes_that_may_still_be_typed_do_not_count(self) -> None:
        self.write(60, 0, minutes=3)
        self.write(60, 0, minutes=90)
        assert not watch_codes(at=NOW)

    def test_the_task_is_on_the_plan(self, settings: object) -> None:
        planned = {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()}  # type: ignore[attr-defined]
        assert "accounts.tasks.watch_codes" in planned
        tasks.watch_codes()

    def write(self, sent: int, confirmed: int, *, minutes: int) -> None:
        at = NOW - timedelta(minutes=minutes)
        PhoneChallenge.objects.bulk_create(
            PhoneChallenge(
                phone=f"+7900555{number:04d}",
                purpose="registration",
                nonce=b"n",
                created_at=at,
                expires_at=at + timedelta(minutes=5),
                used_at=at if number < confirmed else None,
            )
            for number in range(sent)
        )
