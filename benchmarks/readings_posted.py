"""P5: processor time (web server + Postgres) of a POST of 3 readings ÷ of a page that only loads session and user."""

from uuid import uuid4

from benchmarks.figures import find_postmaster, tell, tell_ratio
from benchmarks.web import measure_in_turn, serve
from billing.models import Link
from meters.models import Scale, Submission
from tests import factories, residents

REQUESTS, ROUNDS = 150, 5


def post(number: int) -> None:
    values = {f"value-{pk}": str(12650 + number) for pk in scales}
    answer = browser.post(f"{web.url}/readings/", {"key": str(uuid4()), **values}, allow_redirects=False)
    assert answer.status_code == 302, answer.text


def look(_: int) -> None:
    assert browser.get(f"{web.url}/bare/").text == str(user.pk)


user = factories.UserFactory()
for number in range(3):  # three flats, three meters, one reading each
    link: Link = residents.furnish(user, title=f"Квартира {number}")
    Scale.objects.filter(meter__installations__account=link.account, code="2").delete()
scales = list(Scale.objects.values_list("pk", flat=True))

with serve() as web:
    browser = web.sign_in(user)
    processes = (web.pid, find_postmaster())
    found = measure_in_turn({"look": look, "post": post}, processes=processes, rounds=ROUNDS, times=REQUESTS)
assert Submission.objects.count() == 3 * REQUESTS * (ROUNDS + 1)
bare = tell("session and user", found["look"], "CPU-ms a request")
posted = tell("3 readings posted", found["post"], "CPU-ms a request")
tell_ratio("P5", posted / bare, "≤ 3.5")
