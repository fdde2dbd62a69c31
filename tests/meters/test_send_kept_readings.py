"""A device sends what it kept while there was no network."""

import json
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.models import Link
from meters.models import Scale, Submission
from tests import residents
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def typed(link: Link, day: str, night: str) -> dict[str, str]:
    scales = Scale.objects.filter(meter__installations__account=link.account)
    return {f"value-{scale.pk}": day if scale.code == "1" else night for scale in scales}


def test_arrives_once_however_often_it_is_sent(as_alice: PageClient, alices_flat: Link) -> None:
    kept = {"key": str(uuid4()), **typed(alices_flat, "12896", "3588")}
    answers = [as_alice.post("/readings/sendings/", kept).json() for _ in range(3)]
    submission = Submission.objects.get()
    assert answers == [answers[0]] * 3
    assert answers[0] == {
        "receipts": [submission.receipt],
        "bills": ["ноябрь"],
        "url": f"/readings/{kept['key']}/",
    }


def test_what_arrives_after_the_cut_off_says_which_bill_it_enters(as_alice: PageClient, alices_flat: Link) -> None:
    with time_machine.travel("2026-11-27T09:00:00Z", tick=False):
        as_alice.force_login(alices_flat.user, backend="django.contrib.auth.backends.ModelBackend")
        answer = as_alice.post("/readings/sendings/", {"key": str(uuid4()), **typed(alices_flat, "12896", "3588")})
    assert answer.json()["bills"] == ["декабрь"]
    assert f"{Submission.objects.get().taken_on}" == "2026-11-27"


def test_a_slip_is_told_and_nothing_is_written(as_alice: PageClient, alices_flat: Link) -> None:
    answer = as_alice.post("/readings/sendings/", {"key": str(uuid4()), **typed(alices_flat, "12б96", "")})
    assert answer.status_code == 422
    assert "Это не похоже на показание" in " ".join(answer.json()["errors"])
    assert not Submission.objects.exists()


def test_anothers_meter_is_told_like_an_empty_form(as_charlie: PageClient, alices_flat: Link) -> None:
    answer = as_charlie.post("/readings/sendings/", {"key": str(uuid4()), **typed(alices_flat, "12896", "3588")})
    assert answer.status_code == 422
    assert not Submission.objects.exists()


def test_a_kept_form_needs_the_token_the_door_gives(alice: User, alices_flat: Link) -> None:
    device = Client(enforce_csrf_checks=True)
    device.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    kept = {"key": str(uuid4()), **typed(alices_flat, "12896", "3588")}
    assert device.post("/readings/sendings/", kept).status_code == 403
    token = device.get("/readings/sendings/").json()["token"]
    assert device.post("/readings/sendings/", kept, headers={"X-CSRFToken": token}).status_code == 200


def test_the_device_is_given_no_more_than_the_form_needs(as_alice: PageClient, alices_flat: Link) -> None:
    html = as_alice.get("/readings/").content.decode()
    facts = html.split('<script id="for-device" type="application/json">')[1].split("</script>")[0]
    (card,) = json.loads(facts)["cards"]
    assert card["title"] == "Квартира"
    assert [scale["previous"] for scale in card["scales"]] == ["12612", "3478"]
    assert alices_flat.account.number not in facts
    assert "Фонарная" not in facts
    assert alices_flat.user.phone.as_e164 not in facts


def test_every_resident_has_a_mark_of_their_own(as_alice: PageClient, as_charlie: PageClient) -> None:
    marks = {client.get("/readings/sendings/").json()["owner"] for client in (as_alice, as_charlie)}
    assert len(marks) == 2


def test_the_shell_is_the_same_for_everybody(page: PageClient, as_alice: PageClient, alices_flat: Link) -> None:
    mine, nobodys = (client.get("/readings/offline/").content for client in (as_alice, page))
    assert b"data-owner" not in mine
    assert mine == nobodys


def test_signing_out_clears_the_device(as_alice: PageClient) -> None:
    assert '"storage"' in as_alice.post("/sign-out/").headers["Clear-Site-Data"]


def test_a_neighbours_draft_stays_the_neighbours(as_alice: PageClient, as_charlie: PageClient, charlie: User) -> None:
    residents.furnish(charlie)
    mark = as_charlie.get("/readings/sendings/").json()["owner"]
    assert f'data-draft="readings-{mark}-2026-11"' in as_charlie.get("/readings/").content.decode()
