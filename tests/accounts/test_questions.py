"""Over the soft limit an SMS costs an answer (security.md S5)."""

import re

import pytest
from django.utils import timezone

from accounts import limits, questions
from accounts.models import LimitedAct
from notifications.models import OutgoingMessage
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
TYPED = {
    "/registration/": {"phone": "+79005550177", "password": "Yasnaya7zvezda", "terms": "on"},
    "/password-reset/": {"phone": "+79005550177"},
}


@pytest.fixture
def _rush() -> None:
    LimitedAct.objects.bulk_create(
        LimitedAct(kind=limits.SMS_SOFT.kind, subject=limits.hash_subject("all"), happened_at=timezone.now())
        for _ in range(limits.SMS_SOFT.count)
    )


def answer(html: str) -> dict[str, str]:
    """As a person reads it."""
    token = re.search(r'name="question" value="([^"]+)"', html)
    words = re.search(r"Сколько будет (\w+) плюс (\w+)\?", html)
    assert token
    assert words
    total = sum(questions.NUMBERS.index(word) for word in words.groups())
    return {"question": token[1], "answer": f" {total}"}


@pytest.mark.parametrize("url", TYPED)
def test_nobody_is_asked_on_a_usual_day(page: PageClient, url: str) -> None:
    assert "Сколько будет" not in page.get(url).content.decode()


@pytest.mark.usefixtures("_rush")
@pytest.mark.parametrize("url", TYPED)
def test_in_a_rush_an_answer_is_wanted_and_the_right_one_passes(page: PageClient, url: str) -> None:
    refused = page.post(url, TYPED[url])
    assert refused.status_code == 422
    assert "Ответьте на вопрос" in refused.content.decode()
    assert not OutgoingMessage.objects.exists()
    wrong = page.post(url, TYPED[url] | answer(refused.content.decode()) | {"answer": "3"})
    assert "Вот другой вопрос" in wrong.content.decode()
    assert page.post(url, TYPED[url] | answer(wrong.content.decode())).status_code == 302


@pytest.mark.usefixtures("_rush")
def test_one_answer_is_good_for_one_sms(page: PageClient) -> None:
    answered = answer(page.get("/password-reset/").content.decode())
    assert page.post("/password-reset/", {"phone": "+79005550177"} | answered).status_code == 302
    assert PageClient().post("/password-reset/", {"phone": "+79015550178"} | answered).status_code == 422


@pytest.mark.usefixtures("_rush")
def test_a_slip_elsewhere_does_not_use_the_answer_up(page: PageClient) -> None:
    answered = answer(page.get("/password-reset/").content.decode())
    assert page.post("/password-reset/", {"phone": "12"} | answered).status_code == 422
    assert page.post("/password-reset/", {"phone": "+79005550177"} | answered).status_code == 302


def test_the_token_does_not_tell_the_answer_and_cannot_be_made_up() -> None:
    question = questions.make_question()
    assert not questions.check_answer(token=question.token[:-1], answer="10", at=timezone.now())
    assert not questions.check_answer(token="", answer="10", at=timezone.now())
