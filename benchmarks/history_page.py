"""P1: processor time of the web server for a history page of 60 readings ÷ for a bare «hello» by the same middleware.

The meter has four scales, so that a page holds sixty; five years of it were read. «hello» comes without a session, and
once more with one, which loads its user.
"""

from datetime import timedelta
from decimal import Decimal

import requests

from benchmarks.figures import tell, tell_ratio
from benchmarks.web import measure_in_turn, serve
from meters.models import Reading, Scale
from tests import factories
from tests.factories import NOW

REQUESTS, ROUNDS, YEARS = 100, 5, 5

user = factories.UserFactory()
account = factories.PersonalAccountFactory()
meter = factories.MeterFactory(supplier=account.supplier)
factories.InstallationFactory(meter=meter, account=account)
factories.LinkFactory(user=user, account=account, group=factories.AccountGroupFactory(user=user))
for code in "1234":
    scale: Scale = factories.ScaleFactory(meter=meter, code=code, name=f"Зона {code}")
    for month in range(12 * YEARS):
        on = (NOW - timedelta(days=30 * (month + 1))).date()
        factories.ReadingFactory(scale=scale, taken_on=on, value=Decimal(20_000 - 200 * month))
for month in range(12 * YEARS):
    day = (NOW - timedelta(days=30 * (month + 1))).date().replace(day=1)
    bill = factories.BillFactory(account=account, period=day)
    for code in "1234":
        factories.BillLineFactory(bill=bill, serial=meter.serial, code=code, current=20_000 - 200 * month)
address = f"/history/meters/{meter.pk}/"


def history(_: int) -> None:
    assert browser.get(f"{web.url}{address}").status_code == 200


def hello(_: int) -> None:
    assert stranger.get(f"{web.url}/hello/").text == "hello"


def hello_signed_in(_: int) -> None:
    assert browser.get(f"{web.url}/hello/").text == "hello"


with serve() as web:
    browser, stranger = web.sign_in(user), requests.Session()
    deeds = {"hello": hello, "signed in": hello_signed_in, "history": history}
    found = measure_in_turn(deeds, processes=(web.pid,), rounds=ROUNDS, times=REQUESTS)
assert Reading.objects.count() == 12 * YEARS * 4
bare = tell("hello", found["hello"], "CPU-ms a request")
known = tell("hello, signed in", found["signed in"], "CPU-ms a request")
page = tell("a page of history", found["history"], "CPU-ms a request")
tell_ratio("P1, against a hello that loads session and user", page / known, "no goal")
tell_ratio("P1", page / bare, "≤ 12")
