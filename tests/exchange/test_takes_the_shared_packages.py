import csv
import json
from pathlib import Path

import pytest

from billing.models import Bill, BillLine, Payment, PersonalAccount
from exchange.models import ImportRun
from exchange.operations import import_registry
from meters.models import Meter, Reading, Scale
from tests.factories import NOW

REGISTRY = Path(__file__).resolve().parents[3] / "shared" / "registry"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REGISTRY.is_dir(), reason="рядом с проектом нет папки ../shared/registry"),
]
MODELS = {
    "personal_accounts.csv": PersonalAccount,
    "meters.csv": Meter,
    "scales.csv": Scale,
    "readings.csv": Reading,
    "bills.csv": Bill,
    "bill_lines.csv": BillLine,
    "payments.csv": Payment,
}


@pytest.mark.parametrize("name", ["psk-2026-10", "eirc-2026-10"])
def test_a_shared_package_loads_whole_and_twice_changes_nothing(name: str) -> None:
    totals = json.loads((REGISTRY / name / "registry.json").read_text())["totals"]

    run = import_registry(REGISTRY / name, at=NOW)

    assert (run.status, run.rejected_rows.count()) == (ImportRun.Status.APPLIED, 0)
    for file, total in totals.items():
        assert MODELS[file].objects.count() == run.counts[file]["added"] == total["rows"]
    for file in ("suppliers.csv", "branches.csv", "tariffs.csv"):
        with (REGISTRY / name / file).open(encoding="utf-8") as stream:
            assert run.counts[file]["added"] == len(list(csv.reader(stream))) - 1
    again = import_registry(REGISTRY / name, at=NOW)
    assert {(counts["added"], counts["changed"]) for counts in again.counts.values()} == {(0, 0)}
