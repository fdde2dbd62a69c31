"""Staff decide about questioned readings one after another, many at once, and by an inspector's reading."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing.models import Link
from meters import operations
from meters.models import Meter, Reading, ReadingReview, ReviewTemplate, Submission
from meters.queries.neighbours import find_house, get_neighbours
from meters.queries.submissions import get_submission_for_staff
from notifications.models import Notification
from tests import factories, residents
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
LIST = "admin:meters_submission_changelist"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(staff: User) -> PageClient:
    return residents.sign_in_staff(PageClient(), staff)


def send(link: Link, day: str, night: str = "3588") -> Submission:
    meter = Meter.objects.get(installations__account=link.account)
    (row,) = operations.submit_readings(
        user=link.user, key=uuid4(), typed={meter.pk: {"1": day, "2": night}}, taken_on=NOW.date(), at=timezone.now()
    )
    operations.check_waiting_submissions(at=timezone.now())
    row.refresh_from_db()
    return row


@pytest.fixture
def questioned(alices_flat: Link) -> Submission:
    """Kept by the resident although very high: staff look."""
    row = send(alices_flat, "19000")
    return operations.confirm_submission(user=alices_flat.user, receipt=row.receipt, at=timezone.now())


def another() -> Submission:
    link = residents.furnish(factories.UserFactory())
    row = send(link, "19000")
    return operations.confirm_submission(user=link.user, receipt=row.receipt, at=timezone.now())


def page_of(row: Submission) -> str:
    return reverse("admin:meters_submission_change", args=[row.pk])


def decide(desk: PageClient, row: Submission, **facts: object) -> object:
    return desk.post(reverse("admin:meters_submission_review", args=[row.pk]), facts)


def read(desk: PageClient, row: Submission) -> str:
    return desk.get(page_of(row)).content.decode().replace("\u00a0", " ")


def test_the_page_has_what_one_decides_by(desk: PageClient, questioned: Submission) -> None:
    html = read(desk, questioned)
    assert "staff-sparkline" in html
    assert "Последний счёт, за октябрь 2026" in html
    assert "12 612" in html
    assert "Взять показание контролёра" in html
    assert "data-keys-help" in html


def test_after_a_decision_the_next_one_is_there(desk: PageClient, questioned: Submission) -> None:
    following = another()
    answer = decide(desk, questioned, decision="accept", seen=0)
    assert answer.url == page_of(following)
    questioned.refresh_from_db()
    assert (questioned.status, questioned.needs_review) == ("accepted", False)
    assert ReadingReview.objects.get().reason == "Показания проверены, всё в порядке."
    assert decide(desk, following, decision="accept", seen=0).url == reverse(LIST)


def test_to_refuse_or_to_ask_takes_words_or_a_template(desk: PageClient, questioned: Submission) -> None:
    html = decide(desk, questioned, decision="refuse").content.decode()
    assert "Напишите, почему, или выберите образец" in html
    assert not ReadingReview.objects.exists()
    words = ReviewTemplate.objects.get(title="Нужна фотография")
    decide(desk, questioned, decision="ask", template=words.pk)
    assert ReadingReview.objects.get().reason == words.text
    questioned.refresh_from_db()
    assert questioned.status == "needs_confirmation"


def test_two_of_the_staff_do_not_decide_twice(desk: PageClient, questioned: Submission, staff: User) -> None:
    operations.review_submission(
        submission_id=questioned.pk, staff=staff, decision="ask", reason="Проверьте.", at=timezone.now()
    )
    answer = decide(desk, questioned, decision="refuse", reason="Не верю.", seen=0)
    assert answer.url == page_of(questioned)
    assert "Пока вы смотрели, решил другой сотрудник" in desk.get(answer.url).content.decode()
    assert ReadingReview.objects.count() == 1


def test_an_inspectors_reading_takes_the_place(desk: PageClient, questioned: Submission) -> None:
    scales = {scale.code: scale for scale in questioned.meter.scales.all()}
    facts = {"taken_on": "2026-11-18", f"value-{scales['1'].pk}": "12 890", f"value-{scales['2'].pk}": "3590"}
    url = reverse("admin:meters_submission_inspection", args=[questioned.pk])
    assert "Напишите основание" in desk.post(url, facts).content.decode()
    desk.post(url, {**facts, "reason": "Акт 14 от 18 ноября"})
    questioned.refresh_from_db()
    assert questioned.status == "refused"
    taken = Reading.objects.filter(meter=questioned.meter, taken_on=date(2026, 11, 18), source="inspector")
    assert dict(taken.values_list("scale__code", "value")) == {"1": Decimal(12890), "2": Decimal(3590)}
    assert not Reading.objects.filter(submission=questioned).exists()
    assert "взято показание контролёра: Акт 14" in Notification.objects.latest("pk").text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"taken_on": "2026-12-01"}, "Этот день ещё не наступил"),
        ({"day": "12б90"}, "цифр"),
        ({"day": ""}, "Обязательное поле"),
    ],
)
def test_an_inspection_is_checked_and_nothing_typed_is_lost(
    desk: PageClient, questioned: Submission, facts: dict[str, str], words: str
) -> None:
    scales = {scale.code: scale for scale in questioned.meter.scales.all()}
    typed = {
        "taken_on": facts.get("taken_on", "2026-11-18"),
        f"value-{scales['1'].pk}": facts.get("day", "12890"),
        f"value-{scales['2'].pk}": "3590",
        "reason": "Акт 14",
    }
    html = desk.post(reverse("admin:meters_submission_inspection", args=[questioned.pk]), typed).content.decode()
    assert words in html
    assert 'value="Акт 14"' in html
    assert not ReadingReview.objects.exists()


def test_many_are_decided_at_once_and_told_honestly(desk: PageClient, questioned: Submission, staff: User) -> None:
    rows = [questioned, another(), another()]
    operations.review_submission(
        submission_id=rows[2].pk, staff=staff, decision="refuse", reason="Меньше.", at=timezone.now()
    )
    chosen = {"action": "refuse_chosen", "_selected_action": [row.pk for row in rows]}
    page = desk.post(f"{reverse(LIST)}?queue=all", chosen).content.decode()
    assert all(row.receipt in page for row in rows)
    empty = desk.post(f"{reverse(LIST)}?queue=all", {**chosen, "apply": "1"}).content.decode()
    assert "Напишите, почему, или выберите образец" in empty
    answer = desk.post(f"{reverse(LIST)}?queue=all", {**chosen, "apply": "1", "reason": "Нет фото."}, follow=True)
    told = answer.content.decode()
    assert "Решено: 2 передачи" in told
    assert "Не тронуто: 1 передача" in told
    assert set(Submission.objects.values_list("status", flat=True)) == {"refused"}


def test_neighbours_of_the_house_and_of_the_model(questioned: Submission) -> None:
    questioned.account.address = "г. Тосно, ул. Лесная, д. 4, кв. 7"
    questioned.account.save()
    for number, day in enumerate((12800, 12900, 13000, 13100)):
        link = residents.furnish(factories.UserFactory())
        link.account.address = f"г. Тосно, ул. Лесная, д. {4 if number else 44}, кв. {number}"
        link.account.supplier = questioned.account.supplier
        link.account.save()
        Meter.objects.filter(installations__account=link.account).update(
            supplier=questioned.meter.supplier, model=questioned.meter.model
        )
        row = send(link, str(day), "3500")
        Submission.objects.filter(pk=row.pk).update(status="accepted")
    house, model = get_neighbours(get_submission_for_staff(questioned.pk))
    assert (house.name, house.count, house.below) == ("В том же доме", 3, 3)
    assert (model.count, model.below) == (4, 4)
    assert house.median == Decimal(410)


def test_a_house_is_the_address_without_the_flat() -> None:
    assert find_house("г. Тосно, ул. Лесная, д. 4, кв. 7") == "г. Тосно, ул. Лесная, д. 4"
    assert find_house("СНТ Заря, уч. 17") == ""


def test_the_list_is_narrowed_by_age(desk: PageClient, questioned: Submission) -> None:
    old = another()
    Submission.objects.filter(pk=old.pk).update(submitted_at=NOW - timedelta(days=4))
    html = desk.get(f"{reverse(LIST)}?age=3").content.decode()
    assert old.receipt in html
    assert questioned.receipt not in html


def test_words_are_the_seniors_to_change(page: PageClient) -> None:
    operator = residents.make_staff_of("Оператор")
    client = residents.sign_in_staff(PageClient(), operator)
    assert client.get(reverse("admin:meters_reviewtemplate_changelist")).status_code == 200
    assert client.get(reverse("admin:meters_reviewtemplate_add")).status_code == 403


def test_a_long_queue_is_counted_only_so_far_and_says_so(
    desk: PageClient, questioned: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [another(), another()]
    monkeypatch.setattr("meters.staff_lists.COUNTED", 2)
    html = desk.get(reverse(LIST)).content.decode()
    assert "Всего: больше 2" in html
    assert '<td class="field-found">очень большой расход</td>' in html
    assert "ноябрь 2026" in html
    assert html.index(questioned.receipt) < min(html.index(row.receipt) for row in later)
    monkeypatch.setattr("meters.staff_lists.COUNTED", 3)
    assert "Всего: 3" in desk.get(reverse(LIST)).content.decode()


def test_pages_far_behind_can_be_reached(
    desk: PageClient, questioned: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meters.staff_lists.COUNTED", 1)
    monkeypatch.setattr("meters.staff_lists.LongListAdmin.list_per_page", 1)
    last = [another(), another()][-1]
    html = desk.get(reverse(LIST), {"p": "3"}).content.decode()
    assert last.receipt in html
    assert questioned.receipt not in html
