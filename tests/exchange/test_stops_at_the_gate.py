"""A package that would change too much of what stands waits for a person, who compares and decides."""

import json
import re
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.models import PersonalAccount
from exchange import operations, runner
from exchange.kept_packages import find_package
from exchange.models import Arrival, HoldDecision, ImportRun
from exchange.operations import import_registry
from meters.models import Meter, Reading, Scale
from notifications.models import Notification
from tests.exchange.packages import SUPPLIERS, write_package
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
HOMES = range(1, 11)
Files = dict[str, str | bytes]


def write_files(
    *,
    homes: Any = HOMES,
    address: str = "г. Заречный, кв. {0}",
    els: str = "E{0}",
    account: str = "018\\{0:08}",
    code: str = "1",
    name: str = "День",
    readings: tuple[str, ...] = ("2026-09-20;200",),
) -> Files:
    """Ten homes, each with a meter of one scale."""
    lines = {
        "personal_accounts.csv": ["number;service;address;els"],
        "meters.csv": ["account;registration;serial;digits_left;digits_right"],
        "scales.csv": ["registration;code;name"],
        "readings.csv": ["registration;code;taken_on;value;kind;source"],
    }
    for home in HOMES:
        lines["personal_accounts.csv"].append(f"018\\{home:08};electricity;{address.format(home)};{els.format(home)}")
        if home in homes:
            lines["meters.csv"].append(f"{account.format(home)};R{home};S{home};5;0")
            lines["meters.csv"].append(f"018\\{home:08};X{home};;5;0")
            lines["scales.csv"].append(f"R{home};{code};{name}")
            lines["readings.csv"] += [f"R{home};{code};{reading};actual;resident" for reading in readings]
        else:
            lines["meters.csv"].append(f"018\\{home:08};X{home};;5;0")
    return {"suppliers.csv": SUPPLIERS} | {file: "\n".join([*rows, ""]) for file, rows in lines.items()}


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are one transaction each: a thread with a connection of its own sees none of their rows."""
    monkeypatch.setattr(runner, "BEAT", 3600)


@pytest.fixture
def standing(tmp_path: Path) -> ImportRun:
    run = import_registry(write_package(tmp_path / "standing", write_files()), at=NOW)
    assert run.status == ImportRun.Status.APPLIED
    return run


def bring(folder: Path, files: Files, **options: Any) -> ImportRun:
    return import_registry(write_package(folder / "later", files), at=NOW + timedelta(hours=1), **options)


@pytest.mark.parametrize(
    ("files", "code", "reason", "sample"),
    [
        (
            write_files(homes=range(1, 6)),
            "vanished_meters",
            "Пропали приборы учёта лицевых счетов, о которых говорит пакет: 5 из 20.",
            ["R10", "018\\00000010", ""],
        ),
        (
            write_files(account="018\\00000001"),
            "moved_meters",
            "Приборы учёта перешли к другим лицевым счетам: 9 из 20.",
            ["R10", "018\\00000010", "018\\00000001"],
        ),
        (
            write_files(name="Ночь"),
            "renamed_scales",
            "Шкалы приборов учёта называются иначе: 10 из 10.",
            ["R1 1", "День", "Ночь"],
        ),
        (
            write_files(code="2"),
            "vanished_scales",
            "Пропали шкалы приборов учёта: 10 из 10.",
            ["R1 1", "День", ""],
        ),
        (
            write_files(address="другой город, {0}"),
            "changed_addresses",
            "У лицевых счетов другой адрес: 10 из 10.",
            ["018\\00000001", "г. Заречный, кв. 1", "другой город, 1"],
        ),
        (
            write_files(readings=("2026-10-20;150",)),
            "backward_readings",
            "Показания идут назад: 10 из 10.",
            ["R1 1 20.10.2026", "200", "150"],
        ),
        (
            write_files(readings=("2026-10-20;500", "2026-10-25;400")),
            "backward_readings",
            "Показания идут назад: 10 из 20.",
            ["R1 1 25.10.2026", "500", "400"],
        ),
    ],
)  # fmt: skip
def test_what_changes_too_much_waits(
    standing: ImportRun, tmp_path: Path, files: Files, code: str, reason: str, sample: list[str]
) -> None:
    before = list(Reading.objects.order_by("pk").values_list("scale_id", "value"))

    run = bring(tmp_path, files)

    assert (run.status, run.reason) == (ImportRun.Status.HELD, reason)
    run.refresh_from_db()
    (hold,) = run.holds
    assert hold["code"] == code
    assert sample in hold["samples"]
    assert list(Reading.objects.order_by("pk").values_list("scale_id", "value")) == before
    assert not PersonalAccount.objects.filter(address__startswith="другой").exists()


@pytest.mark.parametrize(
    "files",
    [
        write_files(homes=range(1, 7)),
        write_files(readings=("2026-10-20;99990", "2026-10-25;20")),
        write_files(readings=("2026-10-20;200",)),
        write_files(readings=("2026-08-20;100", "2026-09-20;200")),
        write_files(),
    ],
    ids=["a few meters", "turned over", "unchanged", "history", "the same again"],
)
def test_what_happens_in_life_passes(standing: ImportRun, tmp_path: Path, files: Files) -> None:
    assert bring(tmp_path, files).status == ImportRun.Status.APPLIED


def test_more_than_a_share_of_rejects(standing: ImportRun, tmp_path: Path) -> None:
    bad = "".join(f"R1;1;2026-13-{day:02};1;actual;resident\n" for day in range(20))
    files = write_files()

    run = bring(tmp_path, files | {"readings.csv": str(files["readings.csv"]) + bad})

    assert (run.status, run.reason) == (ImportRun.Status.HELD, "readings.csv: отклонено строк 20 из 30.")
    assert run.holds[0]["samples"][0] == ("строка 12", "2026-13-00", "такой даты нет")
    assert run.rejected_rows.count() == 20


def test_a_supplier_may_have_thresholds_of_its_own(standing: ImportRun, tmp_path: Path, settings: Any) -> None:
    settings.REGISTRY_GATE = {"psk": {"renamed_scales": {"share": "1"}}}
    assert bring(tmp_path, write_files(name="Ночь")).status == ImportRun.Status.APPLIED


def test_all_that_is_wrong_is_said_at_once(standing: ImportRun, tmp_path: Path) -> None:
    run = bring(tmp_path, write_files(name="Ночь", address="другой город, {0}"))

    assert [hold["code"] for hold in run.holds] == ["changed_addresses", "renamed_scales"]
    assert run.counts["scales.csv"]["changed"] == 10


class TestADryRun:
    def test_says_what_would_happen_and_changes_nothing(
        self, standing: ImportRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        package = write_package(tmp_path / "p", write_files(readings=("2026-10-20;250",)))

        call_command("import_registry", str(package), dry_run=True, json=True)

        report = json.loads(capsys.readouterr().out)
        assert (report["status"], report["files"]["readings.csv"]["added"]) == ("checked", 10)
        assert Reading.objects.count() == 10

    @pytest.mark.parametrize(
        "files",
        [
            write_files(readings=("2026-10-20;250", "2026-13-01;1")),
            write_files(name="Ночь", address="другой город, {0}"),
            {"payments.csv": "account;amount\n"},
        ],
        ids=["some refused", "held", "a column missing"],
    )
    def test_says_the_same_as_the_import_that_follows(
        self, standing: ImportRun, tmp_path: Path, capsys: pytest.CaptureFixture[str], files: Files
    ) -> None:
        package = write_package(tmp_path / "p", files)
        reports = []
        for is_dry in (True, False):
            with suppress(CommandError):
                call_command("import_registry", str(package), dry_run=is_dry, json=True)
            reports.append(json.loads(capsys.readouterr().out))

        dry, real = reports
        assert (dry.pop("dry_run"), real.pop("dry_run")) == (True, False)
        assert dry.pop("run") != real.pop("run")
        assert (dry.pop("status"), real.pop("status")) in {
            ("checked", "applied"),
            ("held", "held"),
            ("failed", "failed"),
        }
        assert dry == real

    def test_of_a_package_to_be_held_keeps_nothing(self, standing: ImportRun, tmp_path: Path) -> None:
        with pytest.raises(CommandError) as refused:
            call_command("import_registry", str(write_package(tmp_path / "p", write_files(name="Ночь"))), dry_run=True)

        assert refused.value.returncode == 3
        run = ImportRun.objects.latest("pk")
        assert not run.can_be_decided
        assert not find_package(run.pk).exists()


class TestStaffDecide:
    @pytest.fixture
    def held(self, standing: ImportRun, tmp_path: Path) -> ImportRun:
        return bring(tmp_path, write_files(name="Ночь"))

    def decide(self, client: Client, run: ImportRun, decision: str, reason: str = "Сверили по телефону.") -> str:
        address = reverse("admin:exchange_importrun_decide", args=[run.pk])
        answer = client.post(address, {"decision": decision, "reason": reason}, follow=True)
        run.refresh_from_db()
        return answer.content.decode()

    def test_they_compare(self, as_staff: Client, held: ImportRun) -> None:
        page = as_staff.get(reverse("admin:exchange_importrun_change", args=[held.pk])).text

        assert "Шкалы приборов учёта называются иначе: 10 из 10." in page
        assert "<td>День</td>" in page
        assert "<td>Ночь</td>" in page
        assert re.search(r"scales.csv</th>\s*<td>10</td>\s*<td>0</td>\s*<td>10</td>", page)

    def test_let_in_it_is_applied_by_the_worker(
        self, as_staff: Client, staff: User, held: ImportRun, tmp_path: Path
    ) -> None:
        (tmp_path / "later" / "scales.csv").unlink()

        assert "Пакет впущен" in self.decide(as_staff, held, "let_in")
        call_command("run_imports", "--once")

        held.refresh_from_db()
        assert (held.status, set(Scale.objects.values_list("name", flat=True))) == ("applied", {"Ночь"})
        made = HoldDecision.objects.get()
        assert (made.staff, made.decision, made.reason) == (staff, "let_in", "Сверили по телефону.")
        assert not find_package(held.pk).exists()
        call_command("run_imports", "--once")
        page = as_staff.get(reverse("admin:exchange_importrun_change", args=[held.pk])).text
        assert "Сверили по телефону." in page
        assert "Решить" not in page

    def test_refused_nothing_changes_and_the_copy_goes(self, as_staff: Client, held: ImportRun) -> None:
        assert find_package(held.pk).exists()

        self.decide(as_staff, held, "refuse")

        assert (held.status, set(Scale.objects.values_list("name", flat=True))) == ("refused", {"День"})
        assert not find_package(held.pk).exists()
        assert "Об этом пакете уже решено." in self.decide(as_staff, held, "let_in")
        assert HoldDecision.objects.count() == 1

    def test_what_they_did_not_see_holds_it_again(self, as_staff: Client, held: ImportRun) -> None:
        self.decide(as_staff, held, "let_in")
        Meter.objects.filter(registration__startswith="R").update(digits_left=5)
        Reading.objects.update(value=300, taken_on="2026-09-01")

        call_command("run_imports", "--once")

        held.refresh_from_db()
        assert (held.status, [hold["code"] for hold in held.holds]) == ("held", ["backward_readings"])
        self.decide(as_staff, held, "let_in")
        call_command("run_imports", "--once")
        held.refresh_from_db()
        assert held.status == "applied"

    def test_let_in_its_page_shows_how_far_it_is(self, as_staff: Client, held: ImportRun) -> None:
        self.decide(as_staff, held, "let_in")
        arrival = Arrival.objects.get()
        address = reverse("admin:exchange_importrun_change", args=[held.pk])

        assert (
            f'data-poll="{reverse("admin:exchange_arrival_progress", args=[arrival.pk])}"' in as_staff.get(address).text
        )
        Arrival.objects.update(status="running", progress={"stage": "writing", "file": "x.csv", "number": 2, "of": 4})
        assert "Сравниваем и пишем x.csv, 2 из 4" in as_staff.get(address).text
        watched = as_staff.get(reverse("admin:exchange_arrival_change", args=[arrival.pk])).text
        assert "задержан и впущен сотрудником: Ольга, диспетчер" in watched

        Arrival.objects.update(status="waiting")
        call_command("run_imports", "--once")
        assert "data-poll" not in as_staff.get(address).text
        arrival.refresh_from_db()
        assert (arrival.status, arrival.run) == ("done", held)
        assert "Пакет p (psk, 2026-10) применён".replace(" p ", f" {held.source} ") in (
            Notification.objects.get(user=arrival.brought_by).text
        )

    def test_let_in_and_stopped_it_is_held_as_before(self, as_staff: Client, held: ImportRun) -> None:
        self.decide(as_staff, held, "let_in")
        arrival = Arrival.objects.get()

        as_staff.post(reverse("admin:exchange_arrival_wish", args=[arrival.pk]), {"wish": "cancel"})

        held.refresh_from_db()
        assert (held.status, held.can_be_decided) == ("held", True)
        refused = as_staff.post(
            reverse("admin:exchange_arrival_wish", args=[arrival.pk]), {"wish": "apply"}, follow=True
        )
        assert "С этим пакетом уже что-то делают." in refused.text
        self.decide(as_staff, held, "let_in")
        call_command("run_imports", "--once")
        held.refresh_from_db()
        assert held.status == "applied"

    def test_let_in_and_given_up_it_is_held_and_says_why(self, as_staff: Client, held: ImportRun) -> None:
        self.decide(as_staff, held, "let_in")
        Arrival.objects.update(attempts=operations.running.MOST_ATTEMPTS)
        call_command("run_imports", "--once")

        page = as_staff.get(reverse("admin:exchange_importrun_change", args=[held.pk])).text
        held.refresh_from_db()
        assert held.can_be_decided
        assert "Пакет впускали, но он не загрузился. Загрузка прерывалась 5 раз подряд." in page

    def test_a_decision_wants_a_reason(self, as_staff: Client, held: ImportRun) -> None:
        assert "Напишите, почему" in self.decide(as_staff, held, "let_in", " ")
        assert held.status == ImportRun.Status.HELD

    def test_totals_that_do_not_agree_can_be_let_in(
        self, as_staff: Client, standing: ImportRun, tmp_path: Path
    ) -> None:
        package = write_package(tmp_path / "p", write_files(), totals={"readings.csv": {"rows": 7}})
        run = import_registry(package, at=NOW)

        self.decide(as_staff, run, "let_in")
        call_command("run_imports", "--once")

        run.refresh_from_db()
        assert run.status == ImportRun.Status.APPLIED

    def test_what_cannot_be_read_cannot_be_let_in(self, as_staff: Client, standing: ImportRun, tmp_path: Path) -> None:
        run = import_registry(write_package(tmp_path / "p", {"payments.csv": "account;amount\n"}), at=NOW)

        assert "Об этом пакете уже решено." in self.decide(as_staff, run, "let_in")
        page = as_staff.get(reverse("admin:exchange_importrun_change", args=[run.pk])).text
        assert "Впустить такой пакет нельзя" in page

    def test_an_archive_is_kept_too(self, as_staff: Client, standing: ImportRun, tmp_path: Path) -> None:
        folder = write_package(tmp_path / "p", write_files(name="Ночь"))
        run = import_registry(Path(shutil.make_archive(str(tmp_path / "p"), "zip", folder)), at=NOW)
        self.decide(as_staff, run, "let_in")
        call_command("run_imports", "--once")

        run.refresh_from_db()
        assert (run.status, run.source) == ("applied", "p.zip")

    def test_residents_do_not_decide(self, as_alice: PageClient, held: ImportRun) -> None:
        address = reverse("admin:exchange_importrun_decide", args=[held.pk])
        assert as_alice.post(address, {"decision": "let_in", "reason": "Хочу."}).status_code == 302
        held.refresh_from_db()
        assert held.status == ImportRun.Status.HELD


def test_without_room_for_the_copy_it_is_held_all_the_same(standing: ImportRun, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file"

    run = bring(tmp_path, write_files(name="Ночь"))

    assert (run.status, run.can_be_decided) == (ImportRun.Status.HELD, False)
    assert "Копия пакета не сохранилась" in run.reason


def test_columns_added_by_the_migration_have_defaults_of_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_importrun (supplier_code, period, source, status, reason, counts, started_at) "
            "VALUES ('psk', '', 'p', 'held', '', '{}', now())"
        )
    assert not ImportRun.objects.get().can_be_decided
