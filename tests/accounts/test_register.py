"""A person becomes a resident."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import operations
from accounts.models import Consent, PhoneChallenge, User
from notifications.models import OutgoingMessage
from notifications.senders import MemorySender
from notifications.tasks import deliver_message
from tests.factories import NOW, UserFactory
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
PHONE, PASSWORD = "+79005550177", "Yasnaya7zvezda"


def fill(client: Client, *, phone: str = "8 900 555-01-77", password: str = PASSWORD, **more: str) -> object:
    return client.post("/registration/", {"phone": phone, "password": password, "terms": "on", **more})


def read_code(phone: str = PHONE) -> str:
    for message in OutgoingMessage.objects.filter(status="queued").order_by("pk"):
        deliver_message(message_id=message.pk)
    texts = [text for to, text in MemorySender.outbox if to == phone]
    found = re.search(r"\b(\d{6})\b", texts[-1])
    assert found, texts
    return found[1]


def test_a_person_registers_confirms_and_is_signed_in(page: PageClient) -> None:
    assert "Требования к паролю" in page.get("/registration/").content.decode()
    assert fill(page, advertising="on").url == "/registration/code/"
    assert not User.objects.exists()
    answer = page.post("/registration/code/", {"code": read_code()})
    assert answer.url == "/"
    user = User.objects.get(phone=PHONE)
    assert int(page.session["_auth_user_id"]) == user.pk
    assert user.check_password(PASSWORD)


def test_consents_are_rows_with_version_time_and_address(page: PageClient) -> None:
    fill(page)
    page.post("/registration/code/", {"code": read_code()})
    rows = {row.document.kind: row for row in Consent.objects.select_related("document")}
    assert set(rows) == {"terms", "advertising"}
    assert rows["terms"].given
    assert not rows["terms"].preselected
    assert not rows["advertising"].given
    assert rows["advertising"].preselected
    assert rows["terms"].document.version == 1
    assert rows["terms"].network_address == "127.0.0.1"


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("Пароль77lamp", "латинского"),
        ("Sve7lam", "не короче 8"),
        ("svetlana7lamp", "добавьте заглавную букву."),
        ("SVETLANA7LAMP", "добавьте строчную букву."),
        ("Svetlanalamp", "добавьте цифру."),
        ("lampa", "не короче 8 символов; добавьте заглавную букву, цифру."),
        ("Svetlana 7lamp", "пробелов"),
    ],
)
def test_says_which_rule_a_password_breaks_and_keeps_what_was_typed(page: PageClient, password: str, says: str) -> None:
    answer = fill(page, password=password)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert says in html
    assert "подбирают первым" not in html
    assert "8 900 555-01-77" in html
    assert not PhoneChallenge.objects.exists()


def test_terms_must_be_accepted(page: PageClient) -> None:
    answer = page.post("/registration/", {"phone": PHONE, "password": PASSWORD})
    assert "Без согласия" in answer.content.decode()


@pytest.mark.parametrize("phone", ["+7 701 555 01 77", "8 812 555 01 77", "+1 202 555 0177", "55501", "звонок"])
def test_only_mobile_numbers_of_russia_are_taken(page: PageClient, phone: str) -> None:
    assert fill(page, phone=phone).status_code == 422


def test_a_wrong_code_is_refused_and_the_right_one_still_works(page: PageClient) -> None:
    fill(page)
    code = read_code()
    wrong = "000000" if code != "000000" else "111111"
    assert "Код не подошёл" in page.post("/registration/code/", {"code": wrong}).content.decode()
    assert page.post("/registration/code/", {"code": f"{code[:3]} {code[3:]}"}).url == "/"


def test_five_wrong_codes_close_the_challenge_even_for_the_right_one(page: PageClient) -> None:
    fill(page)
    code = read_code()
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        page.post("/registration/code/", {"code": wrong})
    answer = page.post("/registration/code/", {"code": code}).content.decode()
    assert "больше не действует" in answer
    assert "Отправить код ещё раз" not in answer
    assert "Укажите телефон ещё раз" in answer
    assert "пять попыток закончились" in page.post("/registration/code/resend/", follow=True).content.decode()
    assert not User.objects.exists()


def test_a_code_lives_five_minutes(page: PageClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        fill(page)
        code = read_code()
        clock.shift(timedelta(minutes=5))
        assert "больше не действует" in page.post("/registration/code/", {"code": code}).content.decode()


def test_a_code_confirms_only_the_registration_of_its_own_session(page: PageClient) -> None:
    """Two people type one phone; the owner's code never lets the other's password in."""
    other = PageClient()
    with time_machine.travel(timezone.now() - timedelta(seconds=90), tick=False):
        fill(page)
        own_code = read_code()
    fill(other, password="Chuzhoy7parol")
    others_code = read_code()
    if own_code != others_code:
        assert other.post("/registration/code/", {"code": own_code}).status_code == 422
    assert page.post("/registration/code/", {"code": own_code}).url == "/"
    assert User.objects.get(phone=PHONE).check_password(PASSWORD)
    assert other.post("/registration/code/", {"code": others_code}).status_code == 422
    assert User.objects.get(phone=PHONE).check_password(PASSWORD)


def test_a_taken_phone_looks_the_same_and_its_owner_is_told(page: PageClient) -> None:
    owner = UserFactory(phone=PHONE)
    free = PageClient()
    answers = [fill(page), fill(free, phone="+79005550178")]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/registration/code/")] * 2
    pages = [client.get("/registration/code/").content.decode() for client in (page, free)]
    assert mask(pages[0]) == mask(pages[1])
    for message in OutgoingMessage.objects.filter(recipient=PHONE):
        deliver_message(message_id=message.pk)
    assert [text for to, text in MemorySender.outbox if to == PHONE] == [
        "На этот номер уже есть личный кабинет. Войдите с паролем или задайте новый на странице входа."
        " Если это были не вы, ничего делать не нужно."
    ]
    password_before = owner.password
    challenge = PhoneChallenge.objects.get(phone=PHONE)
    for guess in ("123456", "000000"):
        assert page.post("/registration/code/", {"code": guess}).status_code == 422
    owner.refresh_from_db()
    assert owner.password == password_before
    assert challenge.silent


def test_a_slip_in_the_phone_or_the_code_is_seen_and_costs_nothing(page: PageClient) -> None:
    fill(page)
    assert "+7 900 555-01-77" in page.get("/registration/code/").content.decode()
    for slip in ("12345", "1234567", "пароль"):
        answer = page.post("/registration/code/", {"code": slip})
        assert answer.status_code == 422
        assert "В коде шесть цифр" in answer.content.decode()
        assert f'value="{slip}"' in answer.content.decode()
    assert PhoneChallenge.objects.get().checks == 0
    own_code = read_code()
    assert page.post("/registration/code/", {"code": f"{own_code[:3]}-{own_code[3:]} "}).url == "/"


def mask(html: str) -> str:
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)
    return re.sub(r"\+7 \d{3} \d{3}-\d\d-\d\d", "", html)


def test_a_new_code_can_be_asked_for_after_a_minute(page: PageClient) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        fill(page)
        first = read_code()
        answer = page.post("/registration/code/resend/", follow=True)
        assert "через 60 с" in answer.content.decode()
        clock.shift(timedelta(seconds=61))
        page.post("/registration/code/resend/")
        second = read_code()
        if first != second:
            assert page.post("/registration/code/", {"code": first}).status_code == 422
        assert page.post("/registration/code/", {"code": second}).url == "/"


def test_a_refused_code_says_when_to_come_back() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(3):
            assert fill(PageClient()).status_code == 302
            clock.shift(timedelta(minutes=3))
        refused = fill(PageClient())
    assert refused.status_code == 422
    assert "Новый код можно запросить через 6 мин." in refused.content.decode()


def test_the_code_rests_nowhere_in_the_database(page: PageClient) -> None:
    fill(page)
    code = read_code()
    message = OutgoingMessage.objects.get()
    assert "{code}" in message.body
    assert code not in str(list(OutgoingMessage.objects.values())) + str(list(PhoneChallenge.objects.values("purpose")))


def test_the_code_page_without_a_registration_leads_to_the_form(page: PageClient) -> None:
    assert page.get("/registration/code/").url == "/registration/"


def test_a_code_is_used_once(page: PageClient) -> None:
    fill(page)
    registration_id = page.session["registration"]
    code = read_code()
    operations.confirm_registration(registration_id=registration_id, code=code, at=timezone.now())
    assert page.post("/registration/code/", {"code": code}).status_code == 302
    assert User.objects.count() == 1
