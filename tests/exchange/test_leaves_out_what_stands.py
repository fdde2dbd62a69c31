"""A file that was sent before is read beside the rows that stand: only what differs is staged, and the end is the same.

Here a file of any length is worth it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Bill, Payment
from exchange import applying, standing, writing
from exchange.models import ImportRun
from exchange.operations import import_registry
from exchange.pump import Staged
from exchange.standing import CREDIT, Walk
from tests.exchange.packages import CLEAN, write_package
from tests.exchange.test_takes_a_package import row_versions, take
from tests.factories import NOW

COUNT = 60
ACCOUNTS = "number;service;address;els;status;lock_reason\n" + "".join(
    f"018\\{row:08};electricity;;;active;\n" for row in range(COUNT + 1)
)
HEADER = (
    "account;number;period;issued_on;due_on;opening_balance;charged;recalculated;penalty;paid;amount_due;document_id\n"
)
LINES = [
    f"018\\{row:08};B{row};2026-10;2026-11-03;;0.00;{row}.50;-1.00;0.00;0.00;{row + 100}.25;{'' if row % 3 else row}\n"
    for row in range(COUNT)
]
AGENT = '"Банк «Лёд»; филиал"'
PAYMENTS = "account;paid_on;posted_on;amount;agent;document\n"
PAID = [
    f"018\\{row // 2:08};2026-10-0{1 + row % 2};;{row}.00;{'' if row % 2 else AGENT};P{row}\n" for row in range(COUNT)
]


@pytest.fixture(params=["large", "everyday"])
def _loaded(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bills and payments stand, in partitions of their own or among those of every day."""
    monkeypatch.setattr(standing, "LEAST_BYTES", 0)
    monkeypatch.setattr(writing, "LARGE", 1 if request.param == "large" else 1000)
    take(
        tmp_path / "0",
        {
            "suppliers.csv": CLEAN["suppliers.csv"],
            "personal_accounts.csv": ACCOUNTS,
            "bills.csv": HEADER + "".join(LINES),
            "payments.csv": PAYMENTS + "".join(PAID),
        },
    )


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> dict[str, Staged]:
    """What was laid out in the staging room, by file."""
    seen: dict[str, Staged] = {}
    stage = applying.stage_file

    def look(package: Any, layout: Any, *rest: Any) -> Staged:
        seen[layout.file] = stage(package, layout, *rest)
        return seen[layout.file]

    monkeypatch.setattr(applying, "stage_file", look)
    return seen


def take_again(folder: Path, bills: list[str]) -> ImportRun:
    return take(folder, {"bills.csv": HEADER + "".join(bills)})


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
def test_the_same_again_is_not_staged_at_all(tmp_path: Path, staged: dict[str, Staged]) -> None:
    before = row_versions()

    run = take(tmp_path / "p", {"bills.csv": HEADER + "".join(LINES), "payments.csv": PAYMENTS + "".join(PAID)})

    assert row_versions() == before
    assert {file: found.standing for file, found in staged.items()} == {"bills.csv": COUNT, "payments.csv": COUNT}
    same = {"rows": COUNT, "added": 0, "changed": 0, "same": COUNT, "rejected": 0}
    assert run.counts == {"bills.csv": same, "payments.csv": same}


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
def test_only_what_differs_is_staged(tmp_path: Path, staged: dict[str, Staged]) -> None:
    lines = [*LINES]
    lines[7] = lines[7].replace("107.25", "1000.00")
    lines[20] = lines[20].replace(";2026-11-03;", ";2026-02-30;")
    lines[30] = lines[30].replace("00000030", "00000404")
    lines[41:41] = [LINES[41].replace("B41", "B41а")]
    del lines[50:52]

    run = take_again(tmp_path / "p", lines)

    assert run.counts["bills.csv"] == {"rows": COUNT - 1, "added": 1, "changed": 1, "same": COUNT - 5, "rejected": 2}
    assert staged["bills.csv"].standing == COUNT - 5
    assert [(row.line, row.column) for row in run.rejected_rows.order_by("line")] == [
        (22, "issued_on"),
        (32, "account"),
    ]
    assert Bill.objects.count() == COUNT + 1
    assert str(Bill.objects.get(number="B7").amount_due) == "1000.00"
    assert Bill.objects.get(number="B30").account.number == r"018\00000030"


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize("place", [0, 10, 45, COUNT])
def test_a_bill_said_twice_is_refused_where_it_does_not_say_what_stands(tmp_path: Path, place: int) -> None:
    before = row_versions()

    run = take_again(tmp_path / "p", [*LINES[:place], LINES[30].replace("130.25", "1.00"), *LINES[place:]])

    assert run.counts["bills.csv"] == {"rows": COUNT + 1, "added": 0, "changed": 0, "same": COUNT, "rejected": 1}
    assert (run.rejected_rows.get().line, run.rejected_rows.get().value) == (place + 2, "B30")
    assert row_versions() == before


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize("lines", [LINES[::-1], [line.replace(".25", ".250") for line in LINES], LINES[20:40]])
def test_another_order_another_form_or_a_part_change_nothing(tmp_path: Path, lines: list[str]) -> None:
    before = row_versions()

    run = take_again(tmp_path / "p", lines)

    assert run.counts["bills.csv"]["same"] == len(lines)
    assert row_versions() == before


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize(("wrong", "status"), [(0, "applied"), (1, "held")])
def test_the_sender_s_sums_count_what_was_not_staged(tmp_path: Path, wrong: int, status: str) -> None:
    lines = [line.replace("107.25", "1000.00") for line in LINES[:40]]
    total = sum(float(line.split(";")[10]) for line in lines) + wrong
    totals = {"bills.csv": {"rows": 40, "sum": {"amount_due": f"{total:.2f}"}}}

    run = import_registry(write_package(tmp_path / "p", {"bills.csv": HEADER + "".join(lines)}, totals=totals), at=NOW)

    assert run.status == status, run.reason


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
def test_a_bill_that_is_gone_comes_again(tmp_path: Path) -> None:
    Bill.objects.filter(number__in=["B3", "B59"]).delete()
    Payment.objects.filter(document="P5").update(agent="другой")

    run = take(tmp_path / "p", {"bills.csv": HEADER + "".join(LINES), "payments.csv": PAYMENTS + "".join(PAID)})

    assert (run.counts["bills.csv"]["added"], run.counts["bills.csv"]["same"]) == (2, COUNT - 2)
    assert (run.counts["payments.csv"]["changed"], run.counts["payments.csv"]["same"]) == (1, COUNT - 1)
    assert Payment.objects.get(document="P5").agent == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("_loaded")
def test_a_file_that_is_soon_another_is_staged_from_there(
    tmp_path: Path, staged: dict[str, Staged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "CREDIT", 2)
    others = [line.replace(".25;", ".26;") for line in LINES[10:]]

    run = take_again(tmp_path / "p", LINES[:10] + others)

    assert (run.counts["bills.csv"]["changed"], run.counts["bills.csv"]["same"]) == (50, 10)
    assert staged["bills.csv"].standing == 10
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_hashjoin")
        assert cursor.fetchone() == ("on",)


def walk(standing_lines: list[bytes], blocks: list[list[bytes]]) -> tuple[list[bytes], list[bytes], list[bytes], Walk]:
    """The lines found standing, those that are not, and those passed."""
    found: list[bytes] = []
    differing: list[bytes] = []
    beside = Walk(iter(standing_lines))
    for lines in blocks:
        block, place = b"".join(lines), 0
        while place < len(block):
            end = place if beside.is_over else beside.match(block, place)
            found += block[place:end].splitlines(keepends=True)
            place = end
            if place < len(block):
                end = len(block) if beside.is_over else beside.catch_up(block, place)
                differing += block[place:end].splitlines(keepends=True)
                place = end
    return found, differing, beside.passed, beside


def _number(lines: list[int]) -> list[bytes]:
    return [b"%d;%s\n" % (line, b"x" * (line % 7)) for line in lines]


def _is_within(part: list[bytes], whole: list[bytes]) -> bool:
    rest: Iterator[bytes] = iter(whole)
    return all(line in rest for line in part)


@given(
    st.lists(st.integers(0, 60), max_size=80, unique=True),
    st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=40), max_size=4),
)
def test_what_is_found_standing_stands_in_this_order(standing_numbers: list[int], numbers: list[list[int]]) -> None:
    stands, blocks = _number(standing_numbers), [_number(lines) for lines in numbers]

    found, differing, passed, beside = walk(stands, blocks)

    lines = [line for block in blocks for line in block]
    assert sorted(found + differing) == sorted(lines)
    assert _is_within(found, lines)
    assert _is_within(found, stands)
    following = beside.get_next()
    walked = stands[: stands.index(following)] if following else stands
    assert sorted(found + passed) == sorted(walked)


@given(st.sets(st.integers(0, 2999), max_size=30), st.integers(1, 3000))
def test_few_changes_cost_few_lines(changed: set[int], block: int) -> None:
    stands = _number(list(range(3000)))
    lines = [b"changed\n" if number in changed else line for number, line in enumerate(stands)]

    _, differing, _, beside = walk(stands, [lines[at : at + block] for at in range(0, 3000, block)])

    assert len(differing) <= len(changed) * 2
    assert not beside.is_over or len(beside.passed) <= CREDIT
