"""How a submission stands among others of its month: the same house, the same model. For staff."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from meters.models import Submission

MOST = 500
"""So many others say enough."""
FEWEST = 3
_FLAT = re.compile(r",\s*(?:кв|квартира|комн|пом|оф)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Neighbours:
    """`median` use of `count` others over the month; `below` of them used less than this one. Units of the scales."""

    name: str
    count: int
    median: Decimal
    below: int


_ASK = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY used), count(*) FILTER (WHERE used < %(use)s)
FROM (
  SELECT sum(value.use) AS used
  FROM meters_submission sent
  JOIN meters_meter meter ON meter.id = sent.meter_id
  JOIN billing_personalaccount account ON account.id = sent.account_id
  JOIN meters_submissionvalue value ON value.submission_id = sent.id
  WHERE sent.period = %(period)s AND sent.status IN ('accepted', 'handed_over', 'billed')
    AND sent.id <> %(id)s AND meter.supplier_id = %(supplier)s AND account.service = %(service)s
    AND (%(model)s = '' OR meter.model = %(model)s)
    AND (%(house)s = '' OR account.address LIKE %(house)s)
  GROUP BY sent.id
  HAVING sum(value.use) IS NOT NULL
  ORDER BY sent.id DESC
  LIMIT %(most)s
) others
"""


def get_neighbours(submission: Submission) -> list[Neighbours]:
    """The same house first, then the same model; what has too few others is left out. At most two statements.

    Account, meter and values must be loaded.
    """
    uses = [value.use for value in submission.values.all() if value.use is not None]
    if not uses:
        return []
    facts: dict[str, Any] = {
        "use": sum(uses, Decimal(0)),
        "period": submission.period,
        "id": submission.pk,
        "supplier": submission.meter.supplier_id,
        "service": submission.account.service,
        "model": "",
        "house": "",
        "most": MOST,
    }
    house = find_house(submission.account.address)
    asked = []
    if house:
        asked.append(("В том же доме", facts | {"house": _escape(house) + ",%"}))
    if submission.meter.model:
        asked.append((f"Та же модель, {submission.meter.model}", facts | {"model": submission.meter.model}))
    found = [_ask(name, parameters) for name, parameters in asked]
    return [each for each in found if each.count >= FEWEST]


def find_house(address: str) -> str:
    """The address without the flat; nothing where there is no flat in it."""
    flat = _FLAT.search(address)
    return address[: flat.start()] if flat else ""


def _escape(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _ask(name: str, parameters: dict[str, Any]) -> Neighbours:
    with connection.cursor() as cursor:
        cursor.execute(_ASK, parameters)
        count, median, below = cursor.fetchone()
    return Neighbours(name, count, Decimal(str(median or 0)), below)
