"""A resident sends readings; the worker checks them; the page tells what became of them."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing.models import BillLine, Link, PersonalAccount, Supplier
from meters import operations, tasks
from meters.models import Installation, Meter, Reading, ReadingReview, Scale, Submission
from meters.operations import checking
from meters.plausibility import MeterFacts, Verdict, check_submission
from notifications.models import Notification
from tests import factories, residents
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def meter_of(link: Link) -> Meter:
    return Meter.objects.get(installations__account=link.account)


def field(link: Link, code: str) -> str:
    return f"value-{Scale.objects.get(meter=meter_of(link), code=code).pk}"


def send(client: PageClient, link: Link, day: str, night: str, key: object = None) -> object:
    values = {field(link, "1"): day, field(link, "2"): night}
    return client.post("/readings/", {"key": str(key or uuid4()), **values})


def check() -> None:
    operations.check_waiting_submissions(at=timezone.now())


def test_the_form_shows_every_scale_with_what_was_before(as_alice: PageClient, alices_flat: Link) -> None:
    html = as_alice.get("/readings/").content.decode()
    assert "12\u00a0612" in html
    assert "20\u00a0октября, ваше" in html
    assert "День" in html
    assert "Ночь" in html
    assert "дней до 25\u00a0ноября" in html
    assert "Без изменений" in html


def test_gets_a_receipt_at_once_and_a_verdict_from_the_worker(as_alice: PageClient, alices_flat: Link) -> None:
    answer = send(as_alice, alices_flat, "12 896", "3588")
    submission = Submission.objects.get()
    assert answer.url == f"/readings/{submission.key}/"
    waiting = as_alice.get(answer.url).content.decode()
    assert submission.receipt in waiting
    assert "data-poll" in waiting
    check()
    submission.refresh_from_db()
    assert submission.status == Submission.Status.ACCEPTED
    judged = as_alice.get(f"/readings/{submission.key}/verdict/").content.decode()
    assert "Принято. Войдёт в счёт за ноябрь" in judged
    assert "data-poll" not in judged
    assert set(Reading.objects.filter(submission=submission).values_list("value", flat=True)) == {
        Decimal(12896),
        Decimal(3588),
    }
    assert f"Принято порталом № {submission.receipt}" in as_alice.get(submission.get_absolute_url()).content.decode()


def test_the_receipt_says_what_it_costs_and_in_which_range(as_alice: PageClient, alices_flat: Link) -> None:
    supplier = alices_flat.account.supplier
    factories.TariffFactory(supplier=supplier, range_from=0, range_to=300, price="7.20")
    factories.TariffFactory(supplier=supplier, range_from=300, price="9.10")
    factories.TariffFactory(supplier=supplier, code="2", price="4.10")
    assert 'data-steps="300:7.2;:9.1"' in as_alice.get("/readings/").content.decode()
    answer = send(as_alice, alices_flat, "12932", "3588")
    check()
    html = as_alice.get(answer.url).content.decode()
    assert "≈ 2\u00a0342,00\u00a0₽" in html, "300 по 7,20 и 20 по 9,10"
    assert "Вы во втором диапазоне: больше 300\u00a0кВт·ч — по 9,10\u00a0₽" in html
    assert "≈ 451,00\u00a0₽" in html
    assert html.count("диапазоне") == 1


def test_the_use_of_two_bills_has_the_ranges_of_two_months(as_alice: PageClient, alices_flat: Link) -> None:
    factories.TariffFactory(supplier=alices_flat.account.supplier, range_from=0, range_to=300, price="7.20")
    factories.TariffFactory(supplier=alices_flat.account.supplier, range_from=300, price="9.10")
    Reading.objects.filter(taken_on__gt="2026-10-01").delete()
    assert 'data-steps="600:7.2;:9.1"' in as_alice.get("/readings/").content.decode()


def test_the_same_key_again_gives_the_same_receipt(as_alice: PageClient, alices_flat: Link) -> None:
    key = uuid4()
    for _ in range(3):
        assert send(as_alice, alices_flat, "12896", "3588", key).url == f"/readings/{key}/"
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("day", "night", "says"),
    [
        ("12896", "", "«Ночь»"),
        ("12б96", "3588", "Это не похоже на показание"),
        ("-5", "3588", "не бывает меньше нуля"),
        ("12345678", "3588", "Слишком много цифр"),
    ],
)
def test_a_slip_is_said_at_once_and_what_was_typed_stays(
    as_alice: PageClient, alices_flat: Link, day: str, night: str, says: str
) -> None:
    answer = send(as_alice, alices_flat, day, night)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert says in html
    assert f'value="{day}"' in html
    assert not Submission.objects.exists()


def test_an_empty_form_asks_for_a_value(as_alice: PageClient, alices_flat: Link) -> None:
    assert "хотя бы одного счётчика" in send(as_alice, alices_flat, "", "").content.decode()


def test_unchanged_works_without_script(as_alice: PageClient, alices_flat: Link) -> None:
    as_alice.post("/readings/", {"key": str(uuid4()), "unchanged": str(meter_of(alices_flat).pk)})
    check()
    submission = Submission.objects.get()
    assert submission.status == Submission.Status.ACCEPTED
    assert {row["code"] for row in submission.findings} == {"unchanged"}


def test_a_high_value_is_asked_about_and_accepted_when_confirmed(as_alice: PageClient, alices_flat: Link) -> None:
    answer = send(as_alice, alices_flat, "13900", "3588")
    check()
    submission = Submission.objects.get()
    assert submission.status == Submission.Status.NEEDS_CONFIRMATION
    assert Notification.objects.filter(event="meters/submission_questioned").count() == 1
    html = as_alice.get(answer.url).content.decode()
    assert "Расход больше обычного" in html
    assert "Да, всё верно: 13\u00a0900" in html
    as_alice.post(f"/readings/receipts/{submission.receipt}/confirmation/")
    submission.refresh_from_db()
    assert submission.status == Submission.Status.ACCEPTED
    assert Reading.objects.filter(submission=submission).count() == 2


def test_a_question_never_answered_ends_with_the_next_accepted_reading(
    as_alice: PageClient, alice: User, alices_flat: Link
) -> None:
    """Confirmed a month later, 13 900 of November would stand before 13 200 of December."""
    send(as_alice, alices_flat, "13900", "3588")
    check()
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        as_alice.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
        send(as_alice, alices_flat, "13200", "3700")
        check()
        question, newer = Submission.objects.order_by("pk")
        assert (question.status, newer.status) == ("superseded", "accepted")
        assert newer.supersedes == question
        as_alice.post(f"/readings/receipts/{question.receipt}/confirmation/")
        assert not Reading.objects.filter(submission=question).exists()


def test_a_correction_of_an_earlier_day_does_not_slip_behind_a_later_reading(
    as_alice: PageClient, alice: User, alices_flat: Link
) -> None:
    """before_last: the day of a correction is the day of what it corrects."""
    send(as_alice, alices_flat, "128960", "3588")
    check()
    refused = Submission.objects.get()
    assert {"over_physical", "lost_point"} == {row["code"] for row in refused.findings}
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        as_alice.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
        send(as_alice, alices_flat, "12890", "3588")
        check()
        as_alice.post(f"/readings/receipts/{refused.receipt}/correction/", {"code": "lost_point"})
        check()
    newer, corrected = Submission.objects.exclude(pk=refused.pk).order_by("pk")
    assert (newer.status, corrected.status) == ("accepted", "refused")
    assert [row["code"] for row in corrected.findings] == ["before_last"]
    assert corrected.findings[0]["figures"] == {"last_on": "2026-11-22"}


def test_what_is_confirmed_after_its_bill_has_come_enters_the_next(
    as_alice: PageClient, alice: User, alices_flat: Link
) -> None:
    send(as_alice, alices_flat, "13900", "3588")
    check()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        as_alice.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
        factories.BillFactory(account=alices_flat.account, period="2026-11-01")
        submission = Submission.objects.get()
        as_alice.post(f"/readings/receipts/{submission.receipt}/confirmation/")
        assert "Войдёт в счёт за декабрь" in as_alice.get(submission.get_absolute_url()).content.decode()


def test_a_bill_that_writes_the_serial_its_own_way_is_understood(as_alice: PageClient, alices_flat: Link) -> None:
    serial = meter_of(alices_flat).serial
    BillLine.objects.filter(code="1").update(serial=f"НЕВА № 00{serial}", current=13000, kind="estimated")
    send(as_alice, alices_flat, "12700", "3500")
    check()
    assert "lower_than_estimate" in {row["code"] for row in Submission.objects.get().findings}


def test_swapped_zones_are_put_right_with_one_tap(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "3588", "12896")
    check()
    questioned = Submission.objects.get()
    assert {row["code"] for row in questioned.findings} == {"zones_swapped"}
    assert (
        f"/readings/receipts/{questioned.receipt}/correction/"
        in as_alice.get(f"/readings/{questioned.key}/").content.decode()
    )
    for _ in range(2):
        answer = as_alice.post(f"/readings/receipts/{questioned.receipt}/correction/", {"code": "zones_swapped"})
    check()
    questioned.refresh_from_db()
    corrected = Submission.objects.exclude(pk=questioned.pk).get()
    assert answer.url == f"/readings/{questioned.key}/"
    assert corrected.receipt in as_alice.get(answer.url).content.decode()
    assert (questioned.status, corrected.status) == ("superseded", "accepted")
    assert corrected.supersedes == questioned
    assert {value.scale.code: value.value for value in corrected.values.all()} == {"1": 12896, "2": 3588}


def test_a_lower_value_is_refused_with_a_way_on(as_alice: PageClient, alices_flat: Link) -> None:
    answer = send(as_alice, alices_flat, "11000", "3588")
    check()
    html = as_alice.get(answer.url).content.decode()
    assert "lower_than_actual" in {row["code"] for row in Submission.objects.get().findings}
    assert f"account={alices_flat.pk}" in html
    assert "reason=wrong_readings" in html
    assert Submission.objects.get().status == Submission.Status.REFUSED


def test_a_later_sending_replaces_the_earlier_one_which_stays_in_history(
    as_alice: PageClient, alices_flat: Link
) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    check()
    send(as_alice, alices_flat, "12890", "3580")
    check()
    first, second = Submission.objects.order_by("pk")
    assert (first.status, second.status) == ("superseded", "accepted")
    assert {row["code"] for row in second.findings} == {"supersedes"}
    assert set(Reading.objects.filter(taken_on=NOW.date()).values_list("value", flat=True)) == {12890, 3580}


def test_two_sendings_that_wait_together_are_judged_in_order(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    send(as_alice, alices_flat, "12890", "3580")
    check()
    assert list(Submission.objects.order_by("pk").values_list("status", flat=True)) == ["superseded", "accepted"]


def test_equal_values_again_point_to_the_former_receipt(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    check()
    former = Submission.objects.get()
    answer = send(as_alice, alices_flat, "012896", "3588,0")
    check()
    assert former.receipt in as_alice.get(answer.url).content.decode()
    former.refresh_from_db()
    assert former.status == Submission.Status.ACCEPTED


def test_after_the_cut_off_says_which_bill_it_enters(as_alice: PageClient, alices_flat: Link) -> None:
    with time_machine.travel("2026-11-27T09:00:00Z", tick=False):
        as_alice.force_login(alices_flat.user, backend="django.contrib.auth.backends.ModelBackend")
        send(as_alice, alices_flat, "12896", "3588")
        check()
    submission = Submission.objects.get()
    assert f"{submission.period:%Y-%m}" == "2026-12"
    assert "after_cut_off" in {row["code"] for row in submission.findings}


def test_a_period_handed_over_moves_the_reading_to_the_next_bill(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    check()
    Submission.objects.update(status=Submission.Status.HANDED_OVER)
    send(as_alice, alices_flat, "12900", "3590")
    check()
    later = Submission.objects.order_by("pk").last()
    assert later is not None
    assert (later.status, f"{later.period:%Y-%m}") == ("accepted", "2026-12")
    assert Submission.objects.filter(status=Submission.Status.HANDED_OVER).count() == 1


def test_withdraws_until_the_supplier_has_it(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    check()
    submission = Submission.objects.get()
    as_alice.post(f"/readings/receipts/{submission.receipt}/withdrawal/")
    submission.refresh_from_db()
    assert submission.status == Submission.Status.WITHDRAWN
    assert not Reading.objects.filter(submission=submission).exists()


def test_what_stands_on_the_bill_is_said_to_be_counted(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    check()
    submission = Submission.objects.get()
    bill = factories.BillFactory(account=alices_flat.account, period=submission.period)
    serial = submission.meter.serial
    factories.BillLineFactory(bill=bill, serial=serial, code="1", current=12896)
    assert operations.mark_billed_submissions(supplier_id=alices_flat.account.supplier_id, at=NOW) == 0
    factories.BillLineFactory(bill=bill, serial=serial, code="2", current=3588)
    assert operations.mark_billed_submissions(supplier_id=alices_flat.account.supplier_id, at=NOW) == 1
    assert "Учтено в счёте за ноябрь" in as_alice.get(submission.get_absolute_url()).content.decode()


def test_an_account_without_meter_info_offers_the_report(as_alice: PageClient, alice: object) -> None:
    link = factories.LinkFactory(user=alice, group=factories.AccountGroupFactory(user=alice))
    html = as_alice.get("/readings/").content.decode()
    assert "Отсутствуют сведения о приборе учёта" in html
    assert f"account={link.pk}&amp;reason=no_meter_info" in html


def test_one_meter_of_two_without_its_scales_is_not_passed_over(as_alice: PageClient, alices_flat: Link) -> None:
    values = {field(alices_flat, "1"): "12896", field(alices_flat, "2"): "3588"}
    bare = factories.MeterFactory(supplier=alices_flat.account.supplier)
    factories.InstallationFactory(meter=bare, account=alices_flat.account)
    html = as_alice.get("/readings/").content.decode()
    assert html.count("Отсутствуют сведения о приборе учёта.") == 1
    assert f"счётчик № {bare.serial}" in html
    assert f"meter={bare.pk}&amp;reason=no_meter_info" in html
    as_alice.post("/readings/", {"key": str(uuid4()), **values})
    check()
    assert Submission.objects.get().status == Submission.Status.ACCEPTED
    Meter.objects.filter(pk=bare.pk).update(status=Meter.Status.AUTOMATIC)
    assert "Отсутствуют сведения" not in as_alice.get("/readings/").content.decode()


def test_automatic_and_locked_say_why_nothing_is_asked(as_alice: PageClient, alices_flat: Link) -> None:
    Meter.objects.update(status=Meter.Status.AUTOMATIC)
    assert "передаёт показания сам" in as_alice.get("/readings/").content.decode()
    PersonalAccount.objects.update(status=PersonalAccount.Status.LOCKED, lock_reason="идёт проверка")
    assert "идёт проверка" in as_alice.get("/readings/").content.decode()


def test_strangers_see_and_change_nothing(as_alice: PageClient, as_charlie: PageClient, alices_flat: Link) -> None:
    answer = send(as_alice, alices_flat, "12896", "3588")
    receipt = Submission.objects.get().receipt
    assert as_charlie.get(answer.url).status_code == 404
    assert as_charlie.get(f"{answer.url}verdict/").status_code == 404
    assert as_charlie.get(f"/readings/receipts/{receipt}/").status_code == 404
    for deed in ("confirmation", "correction", "withdrawal"):
        assert as_charlie.post(f"/readings/receipts/{receipt}/{deed}/").status_code == 404
    send(as_charlie, alices_flat, "1", "1")
    assert Submission.objects.count() == 1


def test_correcting_starts_from_what_was_typed(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "11000", "3588")
    check()
    receipt = Submission.objects.get().receipt
    html = as_alice.get("/readings/", {"receipt": receipt}).content.decode()
    assert 'value="11000"' in html
    assert 'value="3588"' in html


def test_who_holds_the_meter_now_sees_nothing_sent_for_another_account(
    as_alice: PageClient, charlie: User, as_charlie: PageClient, alices_flat: Link
) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    receipt = Submission.objects.get().receipt
    moved = factories.InstallationFactory(meter=meter_of(alices_flat), installed_on="2026-11-19")
    factories.LinkFactory(user=charlie, account=moved.account, group=factories.AccountGroupFactory(user=charlie))
    html = as_charlie.get("/readings/", {"receipt": receipt}).content.decode()
    assert "data-usage" in html
    assert "12896" not in html
    assert receipt not in html


def test_a_form_sent_again_with_other_values_shows_the_former_receipt_and_says_so(
    as_alice: PageClient, alices_flat: Link
) -> None:
    key = uuid4()
    send(as_alice, alices_flat, "12896", "3588", key)
    answer = send(as_alice, alices_flat, "12999", "3588", key)
    html = as_alice.get(answer.url).content.decode()
    assert "Эта форма уже отправлена" in html
    assert Submission.objects.get().receipt in html


def test_a_correction_stands_among_the_other_meters_of_its_sending(
    as_alice: PageClient, alice: User, alices_flat: Link
) -> None:
    dacha = residents.furnish(alice, title="Дача")
    values = {field(alices_flat, "1"): "3588", field(alices_flat, "2"): "12896"}
    values |= {field(dacha, "1"): "12700", field(dacha, "2"): "3500"}
    answer = as_alice.post("/readings/", {"key": str(uuid4()), **values})
    check()
    questioned = Submission.objects.get(status=Submission.Status.NEEDS_CONFIRMATION)
    as_alice.post(f"/readings/receipts/{questioned.receipt}/correction/", {"code": "zones_swapped"})
    check()
    html = as_alice.get(answer.url).content.decode()
    accepted = Submission.objects.filter(status=Submission.Status.ACCEPTED)
    assert accepted.count() == 2
    assert all(row.receipt in html for row in accepted)
    assert "Всё готово" in html


def test_what_was_sent_for_this_bill_is_shown_and_can_be_corrected(as_alice: PageClient, alices_flat: Link) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    check()
    html = as_alice.get("/readings/").content.decode()
    assert "Принято в счёт за ноябрь 2026" in html
    assert Submission.objects.get().receipt in html
    assert "Исправить" in html
    assert "20\u00a0октября, ваше" in html, "one's own slip of this month is no base"


def test_the_household_sees_what_one_of_it_sent(as_alice: PageClient, boris: User, alices_flat: Link) -> None:
    factories.LinkFactory(user=boris, account=alices_flat.account, group=factories.AccountGroupFactory(user=boris))
    answer = send(as_alice, alices_flat, "12896", "3588")
    client = PageClient()
    client.force_login(boris, backend="django.contrib.auth.backends.ModelBackend")
    assert Submission.objects.get().receipt in client.get(answer.url).content.decode()


def test_an_estimate_stands_apart_and_blocks_nothing(as_alice: PageClient, alices_flat: Link) -> None:
    day = Scale.objects.get(meter=meter_of(alices_flat), code="1")
    factories.ReadingFactory(
        scale=day, taken_on="2026-11-01", value=13000, kind=Reading.Kind.ESTIMATED, source=Reading.Source.SUPPLIER
    )
    line = BillLine.objects.get(serial=day.meter.serial, code="1")
    BillLine.objects.filter(pk=line.pk).update(current=13000, kind="estimated")
    html = as_alice.get("/readings/").content.decode()
    assert "по среднему на 1\u00a0ноября: 13\u00a0000" in html
    assert 'data-previous="12612.0000"' in html
    send(as_alice, alices_flat, "12700", "3500")
    check()
    submission = Submission.objects.get()
    assert submission.status == Submission.Status.ACCEPTED
    assert "lower_than_estimate" in {row["code"] for row in submission.findings}


def test_a_meter_taken_away_says_so_until_a_new_one_is_known(as_alice: PageClient, alices_flat: Link) -> None:
    Installation.objects.update(removed_on="2026-11-03")
    html = as_alice.get("/readings/").content.decode()
    assert "Этот счётчик снят 3\u00a0ноября 2026" in html
    assert "reason=meter_replaced" in html


def test_a_closed_window_says_when_it_opens(as_alice: PageClient, alices_flat: Link) -> None:
    Supplier.objects.update(window_from=23, window_to=26, window_forbids=True)
    html = as_alice.get("/readings/").content.decode()
    assert "Поставщик принимает показания с 23\u00a0ноября" in html
    assert "data-usage" not in html


def test_each_suppliers_days_are_told_when_they_differ(as_alice: PageClient, alice: User, alices_flat: Link) -> None:
    water = factories.SupplierFactory(code="eirc", name="Водный расчёт", cut_off=22)
    account = factories.PersonalAccountFactory(supplier=water, number="5100012345", service="cold_water")
    scale = factories.ScaleFactory(meter__supplier=water, meter__digits_right=3, code="0", name="ХВС", unit="м³")
    factories.InstallationFactory(meter=scale.meter, account=account)
    factories.LinkFactory(user=alice, account=account, group=alices_flat.group)
    html = " ".join(as_alice.get("/readings/").content.decode().split())
    assert "<b>Водный расчёт:</b> 2 дня до 22 ноября" in html
    assert "<b>Поставщик света:</b> 5 дней до 25 ноября" in html


def test_the_page_asks_as_much_for_thirty_accounts_as_for_one(
    as_alice: PageClient, alice: User, alices_flat: Link
) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    as_alice.get("/readings/")
    with CaptureQueriesContext(connection) as one:
        as_alice.get("/readings/")
    for number in range(29):
        residents.furnish(alice, title=f"Квартира {number}")
    with CaptureQueriesContext(connection) as thirty:
        as_alice.get("/readings/")
    assert len(one) == len(thirty)
    # Of readings themselves, names of meters and the bills of late months; the others are the session, the resident
    # and the bell.
    assert sum("meters_" in row["sql"] or "billing_" in row["sql"] for row in thirty) <= 8


def test_sending_asks_as_much_for_thirty_meters_as_for_one(as_alice: PageClient, alice: User) -> None:
    for number in range(30):
        residents.furnish(alice, title=f"Квартира {number}")
    scales = Scale.objects.filter(meter__installations__account__links__user=alice).order_by("pk")
    values = {f"value-{scale.pk}": "12896" if scale.code == "1" else "3588" for scale in scales}
    first = dict(list(values.items())[:2])
    as_alice.post("/readings/", {"key": str(uuid4()), **first})
    with CaptureQueriesContext(connection) as one:
        as_alice.post("/readings/", {"key": str(uuid4()), **first})
    with CaptureQueriesContext(connection) as thirty:
        as_alice.post("/readings/", {"key": str(uuid4()), **values})
    assert Submission.objects.count() == 32
    assert len(one) == len(thirty)


def test_two_hundred_are_judged_in_as_many_statements_as_a_few(alice: User) -> None:
    """Accepted, questioned and refused together, each meter with a neighbour of the same resident."""
    account = factories.PersonalAccountFactory()
    factories.LinkFactory(user=alice, account=account, group=factories.AccountGroupFactory(user=alice))
    meters = Meter.objects.bulk_create(factories.MeterFactory.build_batch(200, supplier=account.supplier))
    Installation.objects.bulk_create(Installation(meter=meter, account=account) for meter in meters)
    scales = Scale.objects.bulk_create(
        Scale(meter=meter, code="1", name="День", unit="кВт·ч", opening_value=0) for meter in meters
    )
    for on, value in (("2026-09-20", 12300), ("2026-10-20", 12600)):
        Reading.objects.bulk_create(
            Reading(meter=scale.meter, scale=scale, taken_on=on, value=value, kind="actual", source="resident")
            for scale in scales
        )

    def send_and_count(sent: list[Meter], at_first: int) -> int:
        typed = {
            meter.pk: {"1": ("12900", "14500", "12000")[(number + at_first) % 3]} for number, meter in enumerate(sent)
        }
        operations.submit_readings(user=alice, key=uuid4(), typed=typed, taken_on=NOW.date(), at=NOW)
        with CaptureQueriesContext(connection) as asked:
            assert operations.check_waiting_submissions(at=NOW) == len(sent)
        return len(asked)

    few = send_and_count(meters[:6], 0)
    assert send_and_count(meters[6:], 0) == few
    assert set(Submission.objects.values_list("status", flat=True)) == {"accepted", "needs_confirmation", "refused"}
    assert (
        Notification.objects.exclude(event__startswith="accounts/").count()
        == Submission.objects.exclude(status="accepted").count()
    )


@pytest.mark.parametrize(
    ("decision", "status"), [("accept", "accepted"), ("refuse", "refused"), ("ask", "needs_confirmation")]
)
def test_staff_decide_and_the_resident_hears(
    as_alice: PageClient, alices_flat: Link, staff: object, decision: str, status: str
) -> None:
    send(as_alice, alices_flat, "12896", "3588")
    check()
    submission = Submission.objects.get()
    operations.review_submission(
        submission_id=submission.pk, staff=staff, decision=decision, reason="фото не читается", at=NOW
    )
    submission.refresh_from_db()
    assert submission.status == status
    assert ReadingReview.objects.get().reason == "фото не читается"
    assert Notification.objects.filter(event="meters/submission_reviewed").count() == 1
    assert Reading.objects.filter(submission=submission).exists() is (decision == "accept")


def test_red_digits_are_asked_for_where_the_meter_has_them(as_alice: PageClient, alices_flat: Link) -> None:
    assert "не переписывайте" in send(as_alice, alices_flat, "12345678", "3588").content.decode()
    Meter.objects.update(digits_left=5, digits_right=3)
    assert "пишите после запятой" in send(as_alice, alices_flat, "12345678", "3588").content.decode()


def test_a_submission_the_rules_stumble_over_holds_up_no_other(
    as_alice: PageClient, alice: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    links = [residents.furnish(alice, title=f"Квартира {number}") for number in range(3)]
    for link in links:
        send(as_alice, link, "12896", "3588")
    serial = meter_of(links[1]).serial

    def stumble(meter: MeterFacts, *arguments: object, **more: object) -> Verdict:
        if meter.serial == serial:
            raise LookupError("a fact nobody foresaw")
        return check_submission(meter, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(checking, "check_submission", stumble)
    check()
    statuses = {row.meter.serial: row.status for row in Submission.objects.select_related("meter")}
    assert statuses.pop(serial) == Submission.Status.SUBMITTED
    assert set(statuses.values()) == {Submission.Status.ACCEPTED}
    assert "submission_not_judged" in caplog.text
    monkeypatch.undo()
    check()
    assert not Submission.objects.filter(status=Submission.Status.SUBMITTED).exists()


def test_while_ever_more_come_the_worker_gives_way_and_is_called_again(
    as_alice: PageClient, alices_flat: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judging on and on, it would be ended by Celery's time limit in the middle of a batch."""
    monkeypatch.setattr("meters.tasks.SECONDS_AT_ONCE", -1.0)
    hints: list[str] = []
    monkeypatch.setattr("meters.tasks.send_hint", hints.append)
    send(as_alice, alices_flat, "12896", "3588")
    tasks.check_waiting_submissions()
    assert Submission.objects.get().status == Submission.Status.ACCEPTED
    assert hints == ["meters.tasks.check_waiting_submissions"]
    tasks.check_waiting_submissions()
    assert len(hints) == 1, "nothing waits, nobody is called"
