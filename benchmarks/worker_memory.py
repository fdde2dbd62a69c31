"""P8: memory (resident set) of a web worker after its pages were visited ÷ of a worker of a bare Django."""

from pathlib import Path

import requests

from benchmarks.figures import tell, tell_ratio
from benchmarks.web import Web, find_worker, serve
from tests import factories, residents

PAGES = [
    "/",
    "/readings/",
    "/history/",
    "/bills/",
    "/payments/",
    "/payment/",
    "/personal-accounts/",
    "/notifications/",
    "/reports/",
    "/my-data/",
]
VISITS, ROUNDS = 20, 3


def get_memory(web: Web) -> float:
    """Megabytes."""
    status = Path(f"/proc/{find_worker(web)}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


user = factories.UserFactory()
for number in range(3):
    residents.furnish(user, title=f"Квартира {number}")
found: dict[str, list[float]] = {"portal": [], "bare": []}
for _ in range(ROUNDS):
    with serve() as web:
        browser = web.sign_in(user)
        for page in PAGES * VISITS:
            assert browser.get(f"{web.url}{page}").status_code == 200, page
        found["portal"].append(get_memory(web))
    with serve("benchmarks.bare_django:application") as web:
        for _ in PAGES * VISITS:
            assert requests.get(web.url).ok
        found["bare"].append(get_memory(web))
bare = tell("bare Django", found["bare"], "MB")
portal = tell("a worker of the portal", found["portal"], "MB")
tell_ratio("P8", portal / bare, "≤ 1.6")
