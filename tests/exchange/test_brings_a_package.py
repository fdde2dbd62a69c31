"""Staff bring a package through a form (issue 4, item 5): it is looked at, checked, applied; tricks are refused."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing import staff_scope
from billing.models import Payment, PersonalAccount
from exchange import arrived_packages, operations, package_uploads, runner
from exchange.models import Arrival, ImportRun
from tests import factories
from tests.exchange.packages import ACCOUNTS, CLEAN, PAYMENTS, write_archive, write_package
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LIST = "/admin/exchange/arrival/"


def bring(client: Client, path: Path, name: str = "") -> str:
    file = SimpleUploadedFile(name or path.name, path.read_bytes(), "application/zip")
    answer = client.post(reverse("admin:exchange_arrival_bring"), {"package": file}, follow=True)
    assert answer.status_code == 200
    return answer.text


def wish(client: Client, arrival: Arrival, what: str) -> str:
    address = reverse("admin:exchange_arrival_wish", args=[arrival.pk])
    page = client.post(address, {"wish": what}, follow=True).text
    arrival.refresh_from_db()
    return page


def run_imports(arrival: Arrival) -> None:
    call_command("run_imports", "--once")
    arrival.refresh_from_db()


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are one transaction each: a thread with a connection of its own sees none of their rows."""
    monkeypatch.setattr(runner, "BEAT", 3600)


@pytest.fixture
def arrival(as_staff: Client, tmp_path: Path) -> Arrival:
    bring(as_staff, write_archive(tmp_path / "psk-2026-10.zip", CLEAN))
    return Arrival.objects.get()


class TestTheWayOfAPackage:
    def test_it_lies_there_and_nothing_has_changed(self, as_staff: Client, arrival: Arrival) -> None:
        page = as_staff.get(reverse("admin:exchange_arrival_change", args=[arrival.pk])).text

        assert (arrival.status, arrival.supplier_code, arrival.period) == ("brought", "psk", "2026-10")
        assert arrived_packages.find_arrived(arrival).read_bytes()[:2] == b"PK"
        assert "payments.csv" in page
        assert "Проверить" in page
        assert not PersonalAccount.objects.exists()
        assert "psk-2026-10.zip" in as_staff.get(LIST).text

    def test_it_is_checked_and_reported_and_still_nothing_changes(self, as_staff: Client, arrival: Arrival) -> None:
        assert "в очереди" in wish(as_staff, arrival, "check")
        run_imports(arrival)

        page = as_staff.get(reverse("admin:exchange_arrival_change", args=[arrival.pk])).text
        assert (arrival.status, arrival.run.status if arrival.run else "") == ("brought", "checked")
        assert "проверен, ничего не изменилось" in page
        assert "personal_accounts.csv" in page
        assert not PersonalAccount.objects.exists()

    def test_it_is_applied_and_its_content_goes(self, as_staff: Client, arrival: Arrival) -> None:
        wish(as_staff, arrival, "check")
        run_imports(arrival)
        wish(as_staff, arrival, "apply")
        with_callbacks(lambda: run_imports(arrival))

        assert (arrival.status, arrival.run.status if arrival.run else "") == ("done", "applied")
        assert (PersonalAccount.objects.count(), ImportRun.objects.count()) == (2, 2)
        assert not arrived_packages.find_arrived(arrival).parent.exists()
        assert arrival.run.source == "psk-2026-10.zip" if arrival.run else False
        assert list(
            SecurityEvent.objects.filter(kind="staff.decision").order_by("pk").values_list("figures__what", flat=True)
        ) == [
            "bring",
            "check",
            "apply",
        ]

    def test_a_held_one_leads_to_the_decision(self, as_staff: Client, tmp_path: Path) -> None:
        bring(as_staff, write_archive(tmp_path / "p.zip", CLEAN, totals={"bills.csv": {"rows": 7}}))
        arrival = Arrival.objects.get()
        wish(as_staff, arrival, "apply")
        run_imports(arrival)

        page = as_staff.get(reverse("admin:exchange_arrival_change", args=[arrival.pk])).text
        assert arrival.status == "done"
        assert "задержан" in page
        assert "bills.csv: строк 1, а в итогах 7." in page
        assert arrival.run
        assert arrival.run.can_be_decided

    def test_refused_rows_are_named_in_the_report(self, as_staff: Client, tmp_path: Path) -> None:
        payments = PAYMENTS + "018\\00000009;2026-10-07;;5.00;;P2\n"
        bring(as_staff, write_archive(tmp_path / "p.zip", CLEAN | {"payments.csv": payments}))
        arrival = Arrival.objects.get()
        wish(as_staff, arrival, "check")
        run_imports(arrival)

        assert arrival.run
        assert arrival.run.rejected_rows.get().line == 3
        page = as_staff.get(reverse("admin:exchange_arrival_change", args=[arrival.pk])).text
        assert reverse("admin:exchange_importrun_change", args=[arrival.run.pk]) in page

    def test_the_page_asks_how_far_it_is_until_it_is_over(self, as_staff: Client, arrival: Arrival) -> None:
        address = reverse("admin:exchange_arrival_progress", args=[arrival.pk])
        wish(as_staff, arrival, "check")
        waiting = as_staff.get(address).text
        Arrival.objects.update(status="running", progress={"stage": "writing", "file": "x.csv", "number": 2, "of": 4})
        running = as_staff.get(address).text
        Arrival.objects.update(status="brought")

        assert f'data-poll="{address}"' in waiting
        assert "в очереди" in waiting
        assert '<progress max="100" value="25"' in running
        assert "Сравниваем и пишем x.csv, 2 из 4" in running
        assert as_staff.get(address).text == "<div data-poll-reload></div>"

    def test_what_waits_can_be_stopped_and_what_is_not_wanted_deleted(self, as_staff: Client, arrival: Arrival) -> None:
        wish(as_staff, arrival, "apply")
        wish(as_staff, arrival, "cancel")
        assert arrival.status == Arrival.Status.CANCELLED
        run_imports(arrival)
        assert not ImportRun.objects.exists()

        assert "Останавливать уже нечего." in wish(as_staff, arrival, "cancel")
        wish(as_staff, arrival, "drop")
        assert arrival.status == Arrival.Status.DROPPED
        assert not arrived_packages.find_arrived(arrival).parent.exists()
        assert "С этим пакетом уже что-то делают." in wish(as_staff, arrival, "apply")

    def test_what_nobody_decides_about_goes_after_a_week(self, arrival: Arrival) -> None:
        assert operations.sweep_arrivals(at=arrival.received_at + operations.arriving.KEPT_FOR / 2) == 0
        assert operations.sweep_arrivals(at=arrival.received_at + operations.arriving.KEPT_FOR * 2) == 1

        arrival.refresh_from_db()
        assert (arrival.status, arrived_packages.find_arrived(arrival).exists()) == ("dropped", False)

    def test_an_upload_that_was_cut_off_leaves_nothing_for_long(self, arrival: Arrival) -> None:
        orphan = arrived_packages.get_root() / "00000000-0000-4000-8000-000000000000"
        orphan.mkdir()

        operations.sweep_arrivals(at=arrival.received_at + operations.arriving.ORPHANED_AFTER * 2)

        assert not orphan.exists()
        assert arrived_packages.find_arrived(arrival).exists()


def with_callbacks(deed: Callable[[], None]) -> None:
    """What is done after a commit is done."""
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        deed()


class TestWhoMayBring:
    @pytest.mark.parametrize(("role", "sees", "brings"), [("Оператор", 403, 403), ("Старший", 200, 403)])
    def test_only_who_has_the_right(
        self, as_staff: Client, staff: User, tmp_path: Path, role: str, sees: int, brings: int
    ) -> None:
        staff.is_superuser = False
        staff.save()
        staff.groups.set([Group.objects.get(name=role)])
        file = SimpleUploadedFile("p.zip", write_archive(tmp_path / "p.zip", CLEAN).read_bytes())

        assert as_staff.get(LIST).status_code == sees
        assert as_staff.post(reverse("admin:exchange_arrival_bring"), {"package": file}).status_code == brings
        assert not Arrival.objects.exists()

    def test_the_administrator_brings(self, as_staff: Client, staff: User, tmp_path: Path) -> None:
        staff.is_superuser = False
        staff.save()
        staff.groups.set([Group.objects.get(name="Администратор")])

        bring(as_staff, write_archive(tmp_path / "p.zip", CLEAN))

        assert Arrival.objects.get().brought_by == staff

    def test_only_of_a_supplier_one_serves(self, as_staff: Client, staff: User, tmp_path: Path) -> None:
        staff.is_superuser = False
        staff.save()
        rights = Permission.objects.filter(codename__in=["view_arrival", "add_arrival"])
        staff.user_permissions.set(rights)
        supplier = factories.SupplierFactory(code="psk")
        staff_scope.give_scope(staff=staff, supplier=supplier, at=NOW)

        refused = bring(as_staff, write_archive(tmp_path / "e.zip", CLEAN, supplier="eirc"))
        bring(as_staff, write_archive(tmp_path / "p.zip", CLEAN))

        assert "Это пакет поставщика eirc, а вы с ним не работаете." in refused
        assert Arrival.objects.get().supplier_code == "psk"

    def test_a_form_of_another_site_brings_nothing(self, as_staff: Client, tmp_path: Path) -> None:
        as_staff.handler.enforce_csrf_checks = True
        as_staff.cookies["csrf"] = "x" * 32
        file = SimpleUploadedFile("p.zip", write_archive(tmp_path / "p.zip", CLEAN).read_bytes())

        assert as_staff.post(reverse("admin:exchange_arrival_bring"), {"package": file}).status_code == 403
        assert not Arrival.objects.exists()
        assert list(arrived_packages.get_root().iterdir()) == []


class TestWhatIsRefused:
    def refused(self, client: Client, path: Path, words: str) -> None:
        assert words in bring(client, path)
        assert not Arrival.objects.exists()
        assert list(arrived_packages.get_root().iterdir()) == []

    def test_nothing_chosen(self, as_staff: Client) -> None:
        answer = as_staff.post(reverse("admin:exchange_arrival_bring"), {}, follow=True)
        assert "Выберите файл пакета." in answer.text

    def test_a_file_that_is_no_archive(self, as_staff: Client, tmp_path: Path) -> None:
        (tmp_path / "p.zip").write_bytes(b"%PDF-1.7 ...")
        self.refused(as_staff, tmp_path / "p.zip", "Это не папка, не читаемый архив .zip и не книга .xlsx.")

    def test_an_archive_without_registry_json(self, as_staff: Client, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
            archive.writestr("personal_accounts.csv", ACCOUNTS)
        self.refused(as_staff, tmp_path / "p.zip", "Нет файла registry.json.")

    def test_an_archive_with_nothing_known_in_it(self, as_staff: Client, tmp_path: Path) -> None:
        self.refused(as_staff, write_archive(tmp_path / "p.zip", {"счета.csv": "x"}), "нет ни одного известного файла")

    def test_a_package_larger_than_may_be(
        self, as_staff: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(package_uploads, "LARGEST", 1000)
        self.refused(as_staff, write_archive(tmp_path / "p.zip", CLEAN), "Пакет больше 2 ГБ.")

    def test_a_full_disk(self, as_staff: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(arrived_packages, "ROOM_TO_SPARE", 1 << 60)
        self.refused(as_staff, write_archive(tmp_path / "p.zip", CLEAN), "На диске портала не хватает места")

    def test_an_archive_in_an_archive(self, as_staff: Client, tmp_path: Path) -> None:
        path = write_archive(tmp_path / "p.zip", {"bills.zip": b"PK", "bills.csv": "x"})
        self.refused(as_staff, path, "Внутри архива лежит другой архив: bills.zip")

    def test_a_bomb(self, as_staff: Client, tmp_path: Path) -> None:
        path = write_archive(tmp_path / "p.zip", {"bills.csv": b"0" * 11 * 1024**2})
        self.refused(as_staff, path, "bills.csv сжат подозрительно сильно")

    def test_more_files_than_a_package_has(self, as_staff: Client, tmp_path: Path) -> None:
        files = {f"{number}.csv": "x" for number in range(1001)}
        self.refused(as_staff, write_archive(tmp_path / "p.zip", files), "Архив слишком велик.")

    def test_names_that_differ_by_case_alone(self, as_staff: Client, tmp_path: Path) -> None:
        path = write_archive(tmp_path / "p.zip", {"Bills.csv": "x", "bills.csv": "y"})
        self.refused(as_staff, path, "Имя встречается в архиве дважды")

    def test_an_unusual_packing(self, as_staff: Client, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr("registry.json", "{}")
        self.refused(as_staff, tmp_path / "p.zip", "Архив сжат необычным способом.")

    def test_entries_laid_over_one_another(self, as_staff: Client, tmp_path: Path) -> None:
        path = write_archive(tmp_path / "p.zip", CLEAN)
        with zipfile.ZipFile(path) as archive:
            first, second = sorted(archive.infolist(), key=lambda entry: entry.header_offset)[:2]
        content = bytearray(path.read_bytes())
        name = content.rindex(second.filename.encode())
        content[name - 4 : name] = first.header_offset.to_bytes(4, "little")
        path.write_bytes(content)
        self.refused(as_staff, path, "Файлы в архиве наложены друг на друга")

    def test_a_password(self, as_staff: Client, tmp_path: Path) -> None:
        path = write_archive(tmp_path / "p.zip", CLEAN)
        content = bytearray(path.read_bytes())
        place = content.index(b"PK\x01\x02")
        content[place + 8] |= 1
        path.write_bytes(content)
        self.refused(as_staff, path, "Архив закрыт паролем.")

    def test_a_second_file_of_the_form_is_not_kept(self, as_staff: Client, tmp_path: Path) -> None:
        data = write_archive(tmp_path / "p.zip", CLEAN).read_bytes()
        files = {"package": SimpleUploadedFile("p.zip", data), "other": SimpleUploadedFile("o.zip", data)}

        as_staff.post(reverse("admin:exchange_arrival_bring"), files)

        assert len(list(arrived_packages.get_root().rglob("*.zip"))) == 1


class Body(io.RawIOBase):
    """A form with one stored archive in it, made while it is read: nowhere is there the whole of it."""

    BLOCK = bytes(range(256)) * 256

    def __init__(self, blocks: int) -> None:
        head = b'--B\r\nContent-Disposition: form-data; name="package"; filename="p.zip"\r\n\r\n'
        self._parts = chain([head], repeat(self.BLOCK, blocks), [b"\r\n--B--\r\n"])
        self.size = len(head) + len(self.BLOCK) * blocks + 9
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size and (part := next(self._parts, b"")):
            self._left += part
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def test_a_large_package_goes_to_the_disk_and_not_through_memory(rf: RequestFactory) -> None:
    """128 MB here; 1.8 GB through granian and Chromium once by hand (docs/benchmarks.md)."""
    body = Body(2048)
    described = {"CONTENT_TYPE": "multipart/form-data; boundary=B", "CONTENT_LENGTH": str(body.size)}
    request = WSGIRequest(rf.post("/").environ | described | {"wsgi.input": body})
    handler = package_uploads.PackageUploadHandler(request)
    request.upload_handlers = [handler]

    tracemalloc.start()
    assert request.FILES["package"].size == 2048 * len(body.BLOCK)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert handler.path
    assert handler.path.stat().st_size == 128 * 1024**2
    assert peak < 8 * 1024**2
    handler.discard()
    assert not handler.path.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.zip", "passwd.zip"),
        ("пакет за октябрь.zip", "пакет за октябрь.zip"),
        ("<script>.zip", "_script_.zip"),
        ("-rf.zip", "rf.zip"),
        ("x" * 300 + ".zip", "x" * 96 + ".zip"),
    ],
)
def test_a_name_becomes_harmless(as_staff: Client, tmp_path: Path, name: str, kept: str) -> None:
    bring(as_staff, write_archive(tmp_path / "p.zip", CLEAN), name)

    assert Arrival.objects.get().name == kept


def test_a_folder_with_names_in_capitals_is_a_package(tmp_path: Path) -> None:
    files = {name.upper(): content for name, content in CLEAN.items()}

    run = operations.import_registry(write_package(tmp_path / "p", files), at=NOW)

    assert (run.status, Payment.objects.count()) == ("applied", 1)
