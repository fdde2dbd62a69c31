"""Real processes that are killed. Each test has a broker, a gateway and a portal of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from meters.models import Meter
from tests import residents
from tests.faults.gateway import ACCOUNT, Gateway
from tests.faults.servers import Broker, make_folder
from tests.faults.stack import Portal, name_test_database


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = make_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker()
    yield broker
    broker.end()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    yield gateway
    gateway.end()
    assert gateway.strange == []


@pytest.fixture
def portal(transactional_db: None, folder: Path, broker: Broker, gateway: Gateway) -> Iterator[Portal]:
    portal = Portal(
        folder,
        name_test_database(),
        broker.url,
        SMS_SENDER="notifications.senders.TwilioSender",
        TWILIO_API_URL=gateway.url,
        TWILIO_ACCOUNT_SID=ACCOUNT,
        TWILIO_AUTH_TOKEN="token",
        TWILIO_SENDER="PORTAL",
    )
    yield portal
    portal.end()


@pytest.fixture
def resident(transactional_db: None) -> User:
    return residents.make_resident(residents.ALICE)


@pytest.fixture
def meters(resident: User, monkeypatch: pytest.MonkeyPatch) -> list[Meter]:
    """Five meters of five flats with a year of readings up to a month ago: the processes go by the real clock."""
    monkeypatch.setattr(residents, "NOW", timezone.now())
    links = [residents.furnish(resident, title=f"Квартира {number}") for number in range(5)]
    return [Meter.objects.get(installations__account=link.account) for link in links]
