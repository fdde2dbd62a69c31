"""Both shared packages, then a later period of each made from them, then a corrected one."""

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from billing.models import Bill, BillLine, Link, PersonalAccount
from exchange.models import FollowUp, ImportRun
from exchange.operations import import_registry
from meters import operations as meters
from meters.models import Meter, Reading, Submission
from notifications.models import Notification
from tests import factories
from tests.exchange.test_takes_the_shared_packages import REGISTRY
from tests.factories import NOW

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REGISTRY.is_dir(), reason="рядом с проектом нет папки ../shared/registry"),
]
Row = dict[str, str]
OCTOBER, NOVEMBER = "2026-10", "2026-11"


class Later:
    """November, made of October: every meter has gone on by 30, every bill has followed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files = {path.name: list(self._read(path)) for path in (REGISTRY / name).glob("*.csv")}
        october = {row["number"]: row for row in self.files["bills.csv"] if row["period"] == OCTOBER}
        self.bills = [self._follow(row) for row in october.values()]
        lines = [row for row in self.files["bill_lines.csv"] if row["bill"] in october]
        self.lines = [self._go_on(row) for row in lines]
        by_serial = {row["serial"]: row["registration"] for row in self.files["meters.csv"] if row["serial"]}
        self.readings = [
            {
                "registration": by_serial[row["serial"]],
                "code": row["code"],
                "taken_on": "2026-11-20",
                "value": row["current"],
                "kind": "actual",
                "source": "inspector",
            }
            for row in self.lines
            if row["current"] and row["serial"] in by_serial and row["kind"] == "actual"
        ]

    def _read(self, path: Path) -> Iterator[Row]:
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream, delimiter=";")

    def _follow(self, row: Row) -> Row:
        return row | {
            "number": f"{row['number']}-11",
            "period": NOVEMBER,
            "issued_on": "2026-12-02",
            "due_on": "2026-12-15",
            "document_id": "",
        }

    def _go_on(self, row: Row) -> Row:
        current = str(Decimal(row["current"]) + 30) if row["current"] else ""
        return row | {"bill": f"{row['bill']}-11", "previous": row["current"], "current": current}

    def write(self, folder: Path, *names: str, created_at: str) -> Path:
        folder.mkdir()
        files = {"bills.csv": self.bills, "bill_lines.csv": self.lines, "readings.csv": self.readings}
        totals: dict[str, Any] = {}
        for name in names:
            with (folder / name).open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, files[name][0].keys(), delimiter=";", lineterminator="\n")
                writer.writeheader()
                writer.writerows(files[name])
            totals[name] = {"rows": len(files[name])}
        if "bills.csv" in names:
            due = sum(Decimal(row["amount_due"]) for row in self.bills)
            totals["bills.csv"]["sum"] = {"amount_due": str(due)}
        manifest = {
            "format": 1,
            "supplier": self.name.partition("-")[0],
            "period": NOVEMBER,
            "created_at": created_at,
            "totals": totals,
        }
        (folder / "registry.json").write_text(json.dumps(manifest))
        return folder


def apply(path: Path) -> ImportRun:
    run = import_registry(path, at=NOW + timedelta(days=14))
    assert (run.status, run.rejected_rows.count()) == (ImportRun.Status.APPLIED, 0), run.reason
    return run


def link_and_send(line: BillLine) -> tuple[Link, Submission]:
    """A resident of this account sends in November what its meter will be billed at, 30 more than in October."""
    link = factories.LinkFactory(account=line.bill.account)
    meter = Meter.objects.get(installations__account=link.account, serial=line.serial)
    typed = {
        scale.code: str(Reading.objects.filter(scale=scale).latest("taken_on").value.normalize() + 30)
        for scale in meter.scales.all()
    }
    (sent,) = meters.submit_readings(user=link.user, key=uuid4(), typed={meter.pk: typed}, taken_on=NOW.date(), at=NOW)
    meters.check_waiting_submissions(at=NOW)
    Submission.objects.filter(pk=sent.pk).update(status=Submission.Status.ACCEPTED)
    return link, sent


def find_plain_line() -> BillLine:
    """Of an account with one meter of one scale that was really read in October, on the day the bill says."""
    for line in BillLine.objects.filter(bill__period=date(2026, 10, 1), kind="actual").order_by("pk"):
        found = Meter.objects.filter(installations__account=line.bill.account)
        if found.count() == 1 and (meter := found.get()).scales.count() == 1 and meter.status == Meter.Status.ACTIVE:
            newest = Reading.objects.filter(meter=meter).latest("taken_on")
            is_open = line.bill.account.status == PersonalAccount.Status.ACTIVE
            if line.serial == meter.serial and newest.value == line.current and is_open:
                return line
    pytest.fail("no such household in the shared package")


@pytest.mark.parametrize("name", ["psk-2026-10", "eirc-2026-10"])
def test_a_later_period_and_its_correction(name: str, tmp_path: Path) -> None:
    apply(REGISTRY / name)
    later = Later(name)
    link, sent = link_and_send(find_plain_line())
    counts = {model: model.objects.count() for model in (PersonalAccount, Meter, Bill, BillLine, Reading)}

    run = apply(
        later.write(
            tmp_path / "november", "bills.csv", "bill_lines.csv", "readings.csv", created_at="2026-12-03T03:00:00+03:00"
        )
    )

    assert run.counts["bills.csv"]["added"] == len(later.bills)
    assert run.counts["bill_lines.csv"]["added"] == len(later.lines)
    assert run.counts["readings.csv"]["added"] == len(later.readings)
    assert PersonalAccount.objects.count() == counts[PersonalAccount]
    assert Bill.objects.count() == counts[Bill] + len(later.bills)
    sent.refresh_from_db()
    assert (sent.status, sent.billed_otherwise) == (Submission.Status.BILLED, None)
    bells = Notification.objects.filter(user=link.user)
    assert bells.filter(event="billing/bill_arrived").count() == 1
    assert bells.filter(event="meters/submission_billed").count() == 1

    for row in later.lines:
        if row["bill"] == BillLine.objects.get(bill__account=link.account, bill__period=date(2026, 11, 1)).bill.number:
            row["current"] = str(Decimal(row["current"]) + 7)
    corrected = apply(later.write(tmp_path / "corrected", "bill_lines.csv", created_at="2026-12-04T03:00:00+03:00"))

    written = corrected.counts["bill_lines.csv"]
    assert (written["added"], written["changed"], written["same"]) == (0, 1, len(later.lines) - 1)
    sent.refresh_from_db()
    assert (sent.status, len(sent.billed_otherwise["scales"])) == (Submission.Status.HANDED_OVER, 1)
    assert bells.filter(event="billing/bill_arrived").count() == 1
    assert bells.filter(event="meters/submission_billed_otherwise").count() == 1

    again = apply(tmp_path / "corrected")
    assert (again.counts["bill_lines.csv"]["added"], again.counts["bill_lines.csv"]["changed"]) == (0, 0)
    assert not FollowUp.objects.filter(finished_at=None).exists()
    assert bells.filter(event="meters/submission_billed_otherwise").count() == 1
