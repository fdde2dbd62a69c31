"""«История»: years of readings, what became of them, and the last bill beside them."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing.models import BillLine, Link
from meters.models import Installation, Meter, Reading, Scale, Submission, SubmissionValue
from tests import factories, residents
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

HISTORY = "/history/"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def meter(alices_flat: Link) -> Meter:
    return Meter.objects.get(installations__account=alices_flat.account)


def url_of(meter: Meter) -> str:
    return reverse("meters:meter_history", args=[meter.pk])


def plain(html: str) -> str:
    """What a person reads, in one line."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").replace("&nbsp;", " ").split())


def read(client: PageClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return plain(answer.content.decode())


def submit(link: Link, meter: Meter, status: str, values: tuple[int, int] = (12900, 3590)) -> Submission:
    submission = Submission.objects.create(
        receipt=f"2611-{Submission.objects.count():06d}-4",
        key=uuid4(),
        user=link.user,
        account=link.account,
        meter=meter,
        taken_on=date(2026, 11, 18),
        period=date(2026, 11, 1),
        status=status,
        submitted_at=factories.NOW - timedelta(days=2),
    )
    for scale, value in zip(meter.scales.order_by("code"), values, strict=True):
        SubmissionValue.objects.create(submission=submission, scale=scale, typed=str(value), value=value)
    return submission


class TestAllMeters:
    def test_shows_each_meter_with_its_last_reading(
        self, as_alice: PageClient, alices_flat: Link, meter: Meter
    ) -> None:
        answer = as_alice.get(HISTORY)
        text = plain(answer.content.decode())
        assert "Моя группа" in text
        assert "Квартира" in text
        assert "12 612" in text
        assert "20 октября 2026, ваше" in text
        assert url_of(meter) in answer.examined.links
        assert reverse("billing:bill_list") in answer.examined.links
        assert reverse("billing:payment_list") in answer.examined.links

    def test_an_account_without_meter_info_leads_to_the_report(self, as_alice: PageClient, alice: User) -> None:
        link = factories.LinkFactory(user=alice, group__name="Дача", group__user=alice)
        answer = as_alice.get(HISTORY)
        assert "Отсутствуют сведения о приборе учёта" in answer.content.decode()
        report = f"{reverse('support:report_create')}?account={link.pk}&reason=no_meter_info"
        assert report in answer.examined.links
        assert as_alice.get(report).status_code == 200

    def test_a_replaced_meter_is_marked(self, as_alice: PageClient, alices_flat: Link) -> None:
        factories.InstallationFactory(
            account=alices_flat.account, meter__serial="11110000", removed_on=date(2019, 5, 20), installed_on=None
        )
        assert "Прежний счётчик № 11110000 : снят 20 мая 2019" in read(as_alice, HISTORY)

    def test_is_warm_when_there_is_nothing(self, as_alice: PageClient) -> None:
        assert "Истории пока нет" in read(as_alice, HISTORY)

    def test_thirty_accounts_cost_as_many_statements_as_one(self, as_alice: PageClient, alice: User) -> None:
        residents.furnish(alice, title="Первая")
        counts = []
        for _ in range(2):
            as_alice.get(HISTORY)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                as_alice.get(HISTORY)
            counts.append(len(captured))
            for number in range(29):
                residents.furnish(alice, title=f"Ещё {number}", group=f"Группа {number % 4}")
        assert counts[0] == counts[1]
        frame = ("django_session", "accounts_user", "notifications_")
        own = [row["sql"] for row in captured if not any(f'FROM "{table}' in row["sql"] for table in frame)]
        assert len(own) <= 6

    def test_shows_only_ones_own(self, as_charlie: PageClient, alices_flat: Link) -> None:
        assert "Квартира" not in read(as_charlie, HISTORY)


class TestOneMeter:
    def test_readings_newest_first_with_use_and_origin(self, as_alice: PageClient, meter: Meter) -> None:
        text = read(as_alice, url_of(meter))
        assert "12 612 +280 кВт·ч" in text
        assert "3 478 +110 кВт·ч" in text
        assert text.index("12 612 +280") < text.index("12 332 +280") < text.index("12 052 +280")
        assert "ваше" in text

    @pytest.mark.parametrize(
        ("kind", "source", "words"),
        [
            ("actual", "inspector", "контролёр"),
            ("actual", "automatic", "прибор"),
            ("actual", "supplier", "от поставщика"),
            ("estimated", "supplier", "по среднему"),
            ("norm", "supplier", "по нормативу"),
        ],
    )
    def test_says_whose_word_it_is(
        self, as_alice: PageClient, meter: Meter, kind: str, source: str, words: str
    ) -> None:
        Reading.objects.filter(meter=meter, taken_on=date(2026, 10, 20)).update(kind=kind, source=source)
        assert words in read(as_alice, url_of(meter))

    def test_an_estimate_is_no_base_for_the_use_after_it(self, as_alice: PageClient, meter: Meter) -> None:
        Reading.objects.filter(meter=meter, taken_on=date(2026, 9, 20)).update(kind="estimated", source="supplier")
        assert "12 612 +560 кВт·ч с 21 августа" in read(as_alice, url_of(meter))

    def test_a_turned_over_register_does_not_run_backwards(self, as_alice: PageClient, meter: Meter) -> None:
        scale = meter.scales.get(code="1")
        factories.ReadingFactory(scale=scale, taken_on=date(2026, 11, 1), value=999_900)
        factories.ReadingFactory(scale=scale, taken_on=date(2026, 11, 19), value=100)
        assert "100 +200 кВт·ч, через ноль" in read(as_alice, url_of(meter))

    def test_a_receipt_stands_beside_its_reading(self, as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
        sent = submit(alices_flat, meter, "accepted")
        for value in sent.values.all():
            Reading.objects.create(
                meter=meter,
                scale=value.scale,
                taken_on=sent.taken_on,
                value=value.value,
                kind="actual",
                source="resident",
                submission=sent,
            )
        answer = as_alice.get(url_of(meter))
        text = plain(answer.content.decode())
        assert f"принято, войдёт в счёт за ноябрь № {sent.receipt}" in text
        assert reverse("meters:submission_detail", args=[sent.receipt]) in answer.examined.links

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            ("submitted", "проверяется"),
            ("needs_confirmation", "ждёт вашего ответа"),
            ("refused", "не принято"),
            ("superseded", "заменено другой передачей"),
            ("withdrawn", "отозвано"),
        ],
    )
    def test_what_was_sent_and_is_no_reading_stands_there_too(
        self, as_alice: PageClient, alices_flat: Link, meter: Meter, status: str, words: str
    ) -> None:
        sent = submit(alices_flat, meter, status)
        text = read(as_alice, url_of(meter))
        assert words in text
        assert sent.receipt in text
        assert "12 900" in text

    def test_says_what_counted(self, as_alice: PageClient, meter: Meter) -> None:
        """«Учтено в счёте за …» apart from «принято» (domain.md 3)."""
        assert "учтено в счёте за октябрь" in read(as_alice, url_of(meter))

    def test_use_by_months_is_said_in_a_sentence(self, as_alice: PageClient, meter: Meter) -> None:
        answer = as_alice.get(url_of(meter))
        html = answer.content.decode()
        assert "chart-bars" in html
        assert re.search(r"октябрь: 3\d\d кВт·ч", plain(html))

    def test_a_meter_without_readings_has_a_warm_page(self, as_alice: PageClient, meter: Meter) -> None:
        Reading.objects.filter(meter=meter).delete()
        assert "Показаний пока нет" in read(as_alice, url_of(meter))

    def test_a_stranger_finds_nothing(self, as_charlie: PageClient, meter: Meter) -> None:
        assert as_charlie.get(url_of(meter)).status_code == 404
        assert as_charlie.post(url_of(meter)).status_code == 404

    def test_an_ended_link_shows_nothing(self, as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
        alices_flat.ended_at = factories.NOW
        alices_flat.save()
        assert as_alice.get(url_of(meter)).status_code == 404

    def test_what_a_meter_showed_at_another_household_stays_there(
        self, as_alice: PageClient, alices_flat: Link, meter: Meter
    ) -> None:
        factories.InstallationFactory(meter=meter, installed_on=date(2019, 5, 20), removed_on=date(2026, 9, 1))
        Installation.objects.filter(meter=meter, account=alices_flat.account).update(installed_on=date(2026, 9, 10))
        text = read(as_alice, url_of(meter))
        assert "12 332" in text
        assert "12 052" not in text
        assert "21 августа" not in text


class TestYears:
    @pytest.fixture
    def decade(self, meter: Meter) -> Meter:
        for scale in meter.scales.all():
            last = scale.readings.order_by("taken_on").first()
            Reading.objects.bulk_create(
                Reading(
                    meter=meter,
                    scale=scale,
                    taken_on=last.taken_on - timedelta(days=30 * number),
                    value=last.value - 10 * number,
                    kind="actual",
                    source="resident",
                )
                for number in range(1, 100)
            )
        return meter

    def test_pages_follow_one_another_without_gap_or_overlap(self, as_alice: PageClient, decade: Meter) -> None:
        url, days, pages = url_of(decade), [], 0
        while url:
            answer = as_alice.get(url)
            pages += 1
            days += [(year.year, row.day) for year in answer.context["years"] for row in year.rows]
            older = answer.context["older"]
            url = f"{url_of(decade)}?before={older}" if older else ""
        assert len(days) == len(set(days)) == 111
        assert pages > 2

    def test_the_first_use_of_a_page_counts_from_the_next(self, as_alice: PageClient, decade: Meter) -> None:
        answer = as_alice.get(url_of(decade))
        oldest = answer.context["years"][-1].rows[-1]
        assert "+10" in oldest.cells[0].use

    def test_no_page_skips_rows_by_counting(self, as_alice: PageClient, decade: Meter) -> None:
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(f"{url_of(decade)}?before=2022-01-31")
        assert not [row for row in captured if "OFFSET" in row["sql"]]

    @pytest.mark.parametrize("before", ["", "завтра", "2025-13-45", "9999999"])
    def test_a_strange_place_is_the_beginning(self, as_alice: PageClient, meter: Meter, before: str) -> None:
        assert "12 612" in read(as_alice, f"{url_of(meter)}?before={before}")

    def test_statements_do_not_grow_with_years(self, as_alice: PageClient, meter: Meter, decade: Meter) -> None:
        as_alice.get(url_of(decade))
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(url_of(decade))
        assert len(captured) <= 18


class TestReplacement:
    @pytest.fixture
    def former(self, alices_flat: Link, meter: Meter) -> Meter:
        meter.installations.update(installed_on=date(2025, 11, 1))
        Scale.objects.filter(meter=meter).update(opening_value=Decimal(15))
        row = factories.InstallationFactory(
            account=alices_flat.account,
            meter__serial="11110000",
            meter__status="removed",
            installed_on=date(2010, 1, 1),
            removed_on=date(2025, 11, 1),
        )
        factories.ScaleFactory(meter=row.meter, code="1", name="День", closing_value=48211)
        factories.ScaleFactory(meter=row.meter, code="2", name="Ночь", closing_value=9120)
        return row.meter

    def test_the_new_meter_says_where_the_old_one_ended(
        self, as_alice: PageClient, meter: Meter, former: Meter
    ) -> None:
        answer = as_alice.get(url_of(meter))
        text = plain(answer.content.decode())
        assert "Счётчик заменён 1 ноября 2025." in text
        assert "№ 11110000 снят 1 ноября 2025 на день 48 211, ночь 9 120, новый начал с день 15, ночь 15" in text
        assert url_of(former) in answer.examined.links

    def test_the_old_meter_leads_to_the_new(self, as_alice: PageClient, meter: Meter, former: Meter) -> None:
        answer = as_alice.get(url_of(former))
        assert "Счётчик снят 1 ноября 2025." in plain(answer.content.decode())
        assert url_of(meter) in answer.examined.links


class TestLastBill:
    def test_equal_values_are_said_to_be_equal(self, as_alice: PageClient, meter: Meter) -> None:
        text = read(as_alice, url_of(meter))
        assert "В счёте за октябрь то же, что и здесь." in text
        assert "День — совпадает" in text
        assert "Ночь — совпадает" in text

    def test_a_difference_is_said_and_leads_to_the_report(
        self, as_alice: PageClient, alices_flat: Link, meter: Meter
    ) -> None:
        BillLine.objects.filter(serial=meter.serial, code="2").update(current=3490)
        answer = as_alice.get(url_of(meter))
        text = plain(answer.content.decode())
        assert "1 показание расходится" in text
        assert "День — совпадает" in text
        assert "Ночь — отличается на 12 кВт·ч" in text
        report = f"{reverse('support:report_create')}?account={alices_flat.pk}&meter={meter.pk}&reason=wrong_readings"
        assert report in answer.examined.links
        assert as_alice.get(report).status_code == 200

    def test_an_estimate_in_place_of_a_reading_is_told(self, as_alice: PageClient, meter: Meter) -> None:
        BillLine.objects.filter(serial=meter.serial, code="1").update(current=12700, kind="estimated")
        assert "показание от 20 октября не учтено: счёт по среднему, разница 88 кВт·ч" in read(as_alice, url_of(meter))

    def test_checked_marks_the_checklist(self, as_alice: PageClient, alices_flat: Link, meter: Meter) -> None:
        assert "Сверено, всё верно" in read(as_alice, url_of(meter))
        assert as_alice.post(url_of(meter)).status_code == 302
        alices_flat.refresh_from_db()
        assert alices_flat.history_checked_at == factories.NOW
        assert "Сверено, всё верно" not in read(as_alice, url_of(meter))

    def test_without_a_bill_there_is_nothing_to_compare(self, as_alice: PageClient, meter: Meter) -> None:
        BillLine.objects.all().delete()
        assert "сверять пока не с чем" in read(as_alice, url_of(meter))


class TestChosenReadings:
    @pytest.fixture(autouse=True)
    def _an_estimate_and_an_inspection(self, meter: Meter) -> None:
        scale = meter.scales.get(code="1")
        on = date(2026, 2, 10)
        factories.ReadingFactory(scale=scale, taken_on=on, value=9999, kind="estimated", source="supplier")
        factories.ReadingFactory(scale=scale, taken_on=on + timedelta(days=2), value=8888, source="inspector")

    def test_by_whom_and_by_year(self, as_alice: PageClient, meter: Meter) -> None:
        everything = read(as_alice, url_of(meter))
        assert "9 999" in everything
        assert "8 888" in everything
        estimated = read(as_alice, f"{url_of(meter)}?show=estimated")
        assert "9 999" in estimated
        assert "8 888" not in estimated
        assert "12 612" not in estimated
        supplier = read(as_alice, f"{url_of(meter)}?show=supplier")
        assert "8 888" in supplier
        assert "9 999" not in supplier
        former = read(as_alice, f"{url_of(meter)}?year=2025")
        assert "12 612" not in former
        assert "Выбранные показания" in former

    def test_says_when_nothing_fits_and_how_to_go_back(self, as_alice: PageClient, meter: Meter) -> None:
        assert "Таких показаний нет" in read(as_alice, f"{url_of(meter)}?show=estimated&year=2025")
        assert "12 612" in read(as_alice, f"{url_of(meter)}?show=nonsense&year=x")

    def test_the_file_holds_what_was_chosen(self, as_alice: PageClient, meter: Meter) -> None:
        html = as_alice.get(f"{url_of(meter)}?show=estimated").content.decode()
        address = reverse("meters:meter_readings", args=[meter.pk, "csv"])
        assert f'href="{address}?show=estimated"' in html
        body = b"".join(as_alice.get(f"{address}?show=estimated").streaming_content).decode()
        assert "9999" in body
        assert "12612" not in body

    def test_a_year_tells_use_from_the_reading_before_it(self, as_alice: PageClient, meter: Meter) -> None:
        Reading.objects.exclude(source="resident").delete()
        of_2026 = Reading.objects.filter(meter=meter, scale__code="1", taken_on__year=2026)
        assert read(as_alice, f"{url_of(meter)}?year=2026").count("+280 кВт·ч") == of_2026.count() > 0
