"""A resident calls a meter by a name of one's own; nobody else sees it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Link
from meters.models import Meter, MeterNickname
from tests import factories
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter(alices_flat: Link) -> Meter:
    return Meter.objects.get(installations__account=alices_flat.account)


def name(client: PageClient, meter: Meter, text: str) -> str:
    return client.post(reverse("meters:meter_nickname", args=[meter.pk]), {"text": text}, follow=True).content.decode()


def test_the_name_stands_where_the_meter_is_shown(as_alice: PageClient, meter: Meter) -> None:
    assert "Счётчик назван «Кухня»." in name(as_alice, meter, " Кухня ")
    shown = f"Кухня, № {meter.label}"
    for address in ("/readings/", "/history/", reverse("meters:paper_bill", args=[meter.pk])):
        assert shown in as_alice.get(address).content.decode(), address
    for address in (reverse("meters:meter_detail", args=[meter.pk]), reverse("meters:meter_history", args=[meter.pk])):
        assert "<b>Кухня</b>" in as_alice.get(address).content.decode(), address


def test_another_holder_has_names_of_his_own(
    as_alice: PageClient, as_charlie: PageClient, alices_flat: Link, meter: Meter, charlie: object
) -> None:
    name(as_alice, meter, "Кухня")
    factories.LinkFactory(user=charlie, account=alices_flat.account, group=factories.AccountGroupFactory(user=charlie))
    assert "Кухня" not in as_charlie.get("/readings/").content.decode()
    name(as_charlie, meter, "Щиток")
    assert set(MeterNickname.objects.values_list("text", flat=True)) == {"Кухня", "Щиток"}


def test_an_empty_name_takes_it_away(as_alice: PageClient, meter: Meter) -> None:
    name(as_alice, meter, "Кухня")
    assert "Название убрано." in name(as_alice, meter, "  ")
    assert not MeterNickname.objects.exists()


def test_what_is_too_long_is_said_and_kept(as_alice: PageClient, meter: Meter) -> None:
    answer = as_alice.post(reverse("meters:meter_nickname", args=[meter.pk]), {"text": "К" * 41})
    assert answer.status_code == 422
    assert "К" * 41 in answer.content.decode()
    assert not MeterNickname.objects.exists()


def test_a_stranger_names_nothing(as_charlie: PageClient, meter: Meter) -> None:
    assert as_charlie.post(reverse("meters:meter_nickname", args=[meter.pk]), {"text": "Моё"}).status_code == 404
    assert not MeterNickname.objects.exists()


def test_what_a_former_owner_of_the_phone_called_it_stays_hidden(as_alice: PageClient, meter: Meter) -> None:
    name(as_alice, meter, "Кухня")
    MeterNickname.objects.update(named_at=timezone.now() - timedelta(days=1))
    hidden = MeterNickname.objects.get()
    hidden.user.hidden_before = timezone.now()
    assert not MeterNickname.objects.visible_to(hidden.user).exists()
