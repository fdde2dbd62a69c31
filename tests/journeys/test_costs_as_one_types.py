"""The browser counts the cost as the server does, to the kopeck."""

from decimal import Decimal
from random import Random

import pytest
from playwright.sync_api import Page

from billing.costs import Step, count_cost, tell_place, write_steps

pytestmark = pytest.mark.browser
STEPS = [
    (Step(None, Decimal("7.20")),),
    (Step(Decimal(300), Decimal("7.2045")), Step(None, Decimal("9.10"))),
    (Step(Decimal("5.5"), Decimal("48.31")), Step(Decimal(11), Decimal(60)), Step(None, Decimal("77.7777"))),
]
COUNT = """async (cases) => {
  const { countCost, readSteps, tellPlace } = await import("/static/js/costs.js");
  return cases.map(({ used, places, ratio, steps }) => {
    const cost = countCost(BigInt(used), places, ratio, readSteps(steps));
    return [String(cost.kopecks), tellPlace(cost, readSteps(steps), "м³")];
  });
}"""


def test_the_browser_and_the_server_agree_to_the_kopeck(window: Page) -> None:
    chance = Random(20261123)
    cases, wanted = [], []
    for steps in STEPS:
        for _ in range(200):
            places, ratio = chance.choice([0, 1, 3, 4]), chance.choice(["1.00", "20.00", "1.50"])
            used = chance.choice([0, 1, chance.randrange(10 ** (places + 3))])
            cost = count_cost(Decimal(used).scaleb(-places) * Decimal(ratio), steps)
            assert cost is not None
            cases.append({"used": str(used), "places": places, "ratio": ratio, "steps": write_steps(steps)})
            wanted.append([str(int(cost.amount * 100)), tell_place(cost, steps, "м³")])
    window.goto("/sign-in/")
    assert window.evaluate(COUNT, cases) == wanted
