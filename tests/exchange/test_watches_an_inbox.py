"""Billing systems drop packages at night, into a folder or a bucket: each is taken whole, once, and put away."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import boto3
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from moto.server import ThreadedMotoServer

from accounts.models import User
from billing.models import PersonalAccount
from exchange import inboxes, operations, tasks
from exchange.inboxes import FolderInbox, InboxAway
from exchange.models import Arrival, ImportRun
from exchange.runner import Runner
from notifications.models import Notification, OutgoingMessage
from tests import residents
from tests.exchange.packages import CLEAN, write_archive, write_package
from tests.exchange.test_runs_imports import bring, in_thread
from tests.exchange.test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BUCKET = "registries"


class Place(Protocol):
    def put(self, path: str, content: bytes) -> None: ...

    def list(self) -> list[str]: ...

    def read(self, path: str) -> str: ...


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: str, content: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(content)

    def list(self) -> list[str]:
        return sorted(str(file.relative_to(self.root)) for file in self.root.rglob("*") if file.is_file())

    def read(self, path: str) -> str:
        return (self.root / path).read_text()


class Bucket:
    def __init__(self, client: Any) -> None:
        self.client = client

    def put(self, path: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"inbox/{path}", Body=content)

    def list(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return sorted(entry["Key"].removeprefix("inbox/") for entry in found)

    def read(self, path: str) -> str:
        text: bytes = self.client.get_object(Bucket=BUCKET, Key=f"inbox/{path}")["Body"].read()
        return text.decode()


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Place:
    settings.REGISTRY_INBOX_QUIET = 60
    if request.param == "folder":
        (tmp_path / "inbox").mkdir()
        settings.REGISTRY_INBOX = str(tmp_path / "inbox")
        return Folder(tmp_path / "inbox")
    address = request.getfixturevalue("bucket_server")
    settings.REGISTRY_INBOX = f"s3://{BUCKET}/inbox"
    settings.REGISTRY_INBOX_S3 = {
        "endpoint_url": address,
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
    }
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    client.create_bucket(Bucket=BUCKET)
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    return Bucket(client)


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return write_archive(tmp_path / "p.zip", CLEAN).read_bytes()


def look(minutes: int = 0) -> int:
    return operations.look_for_packages(at=timezone.now() + timedelta(minutes=minutes))


def run_all() -> None:
    Arrival.objects.update(next_try_at=timezone.now())
    while Runner().run_next():
        pass


class TestADroppedPackage:
    def test_is_taken_when_it_has_not_changed_for_a_while_and_put_away(self, place: Place, content: bytes) -> None:
        place.put("psk/2026-10.zip", content)

        assert (look(), Arrival.objects.get().status) == (0, "seen")
        assert look(minutes=2) == 1
        run_all()

        arrival = Arrival.objects.get()
        assert (arrival.status, arrival.run.status if arrival.run else "") == ("done", "applied")
        assert (arrival.supplier_code, arrival.origin) == ("psk", "psk/2026-10.zip")
        assert PersonalAccount.objects.count() == 2
        package, report = place.list()
        assert package.startswith("psk/done/")
        assert package.endswith("-2026-10.zip")
        assert report == f"{package}.txt"
        assert "personal_accounts.csv: строк 2, новых 2" in place.read(report)
        assert (look(minutes=4), look(minutes=9)) == (0, 0)

    def test_with_its_marker_it_is_taken_at_once(self, place: Place, content: bytes) -> None:
        place.put("psk/2026-10.zip", content)
        place.put("psk/2026-10.zip.ready", b"")

        assert look() == 1
        run_all()

        assert len(place.list()) == 2
        assert PersonalAccount.objects.count() == 2

    def test_while_it_grows_it_is_let_be(self, place: Place, content: bytes) -> None:
        for size in (1000, 2000):
            place.put("psk/2026-10.zip", content[:size])
            assert look(minutes=size // 100) == 0
        place.put("psk/2026-10.zip", content)
        assert look(minutes=60) == 0
        assert Arrival.objects.count() == 1

        assert look(minutes=62) == 1
        run_all()
        assert PersonalAccount.objects.count() == 2

    def test_a_folder_is_taken_when_all_its_files_are_there(self, place: Place, tmp_path: Path) -> None:
        package = write_package(tmp_path / "p", CLEAN, totals={"bills.csv": {"rows": 1}})
        for file in package.iterdir():
            if file.name != "bills.csv":
                place.put(f"psk/2026-10/{file.name}", file.read_bytes())
        assert (look(), look(minutes=5)) == (0, 0)

        place.put("psk/2026-10/bills.csv", (package / "bills.csv").read_bytes())
        assert (look(minutes=6), look(minutes=8)) == (0, 1)
        run_all()

        assert PersonalAccount.objects.count() == 2
        assert all(path.startswith("psk/done/") for path in place.list())

    def test_another_content_under_the_same_name_is_another_package(
        self, place: Place, content: bytes, tmp_path: Path
    ) -> None:
        place.put("psk/new.zip", content)
        place.put("psk/new.zip.ready", b"")
        look()
        run_all()
        files = CLEAN | {"payments.csv": CLEAN["payments.csv"].replace("P1", "P2")}
        place.put("psk/new.zip", write_archive(tmp_path / "2.zip", files).read_bytes())
        place.put("psk/new.zip.ready", b"")

        assert look(minutes=1) == 1
        run_all()
        assert Arrival.objects.filter(status="done").count() == 2

    def test_one_that_changes_while_it_waits_is_not_applied(self, place: Place, content: bytes) -> None:
        place.put("psk/new.zip", content)
        place.put("psk/new.zip.ready", b"")
        assert look() == 1
        place.put("psk/new.zip", content + b" ")

        run_all()

        assert "изменился, пока ждал очереди" in Arrival.objects.get().reason
        assert not PersonalAccount.objects.exists()
        assert "psk/new.zip" in place.list()

    def test_no_package_goes_to_the_failed(self, place: Place) -> None:
        place.put("psk/new.zip", b"not a package")
        look()
        look(minutes=2)
        run_all()

        arrival = Arrival.objects.get()
        assert (arrival.status, arrival.run) == ("failed", None)
        package, report = place.list()
        assert package.startswith("psk/failed/")
        assert "не читаемый архив .zip" in place.read(report)

    def test_one_of_another_supplier_is_refused(self, place: Place, tmp_path: Path) -> None:
        place.put("psk/new.zip", write_archive(tmp_path / "2.zip", CLEAN, supplier="eirc").read_bytes())
        look()
        look(minutes=2)
        run_all()

        assert Arrival.objects.get().reason == "В папке поставщика psk лежит пакет поставщика eirc."
        assert not ImportRun.objects.exists()

    def test_a_held_one_is_told_to_staff_at_the_bell_and_by_mail(self, place: Place, tmp_path: Path) -> None:
        staff = residents.make_staff()
        User.objects.filter(pk=staff.pk).update(email="olga@supplier.example")
        residents.make_resident(residents.ALICE)
        totals = {"bills.csv": {"rows": 7}}
        place.put("psk/new.zip", write_archive(tmp_path / "2.zip", CLEAN, totals=totals).read_bytes())
        look()
        look(minutes=2)
        run_all()

        run = ImportRun.objects.get()
        assert run.can_be_decided
        news = Notification.objects.get()
        assert (news.user, news.text) == (staff, "Пакет new.zip (psk, 2026-10) задержан и ждёт решения.")
        assert news.url == f"/admin/exchange/importrun/{run.pk}/change/"
        letter = OutgoingMessage.objects.get()
        assert (letter.recipient, letter.subject) == ("olga@supplier.example", "Пакет new.zip ждёт решения")
        assert "bills.csv: строк 1, а в итогах 7." in letter.body
        assert place.list()[0].startswith("psk/held/")
        assert mail.outbox == []

    def test_two_who_look_and_two_who_run_take_it_once(self, place: Place, content: bytes) -> None:
        place.put("psk/2026-10.zip", content)
        look()

        taken = at_once(3, lambda: look(minutes=2))
        Arrival.objects.update(next_try_at=timezone.now())
        for thread in [in_thread(Runner().run_next) for _ in range(2)]:
            thread.join()

        assert sum(taken) == 1
        assert (ImportRun.objects.count(), Arrival.objects.count()) == (1, 1)
        assert Arrival.objects.get().status == "done"

    def test_the_same_dropped_again_is_only_put_away(self, place: Place, content: bytes, tmp_path: Path) -> None:
        if not isinstance(place, Folder):
            pytest.skip("a bucket gives every object a moment of its own")
        place.put("psk/new.zip", content)
        os.utime(place.root / "psk/new.zip", (1_700_000_000, 1_700_000_000))
        look()
        look(minutes=2)
        run_all()
        place.put("psk/new.zip", content)
        os.utime(place.root / "psk/new.zip", (1_700_000_000, 1_700_000_000))

        assert look(minutes=9) == 0

        assert ImportRun.objects.count() == 1
        assert "psk/new.zip" not in place.list()


class TestTheInboxIsAway:
    @pytest.fixture
    def seen(self, settings: Any, tmp_path: Path, content: bytes) -> Path:
        settings.REGISTRY_INBOX = str(tmp_path / "inbox")
        Folder(tmp_path / "inbox").put("psk/new.zip", content)
        look()
        look(minutes=2)
        return tmp_path / "inbox"

    def test_when_it_is_to_be_fetched_it_is_tried_later_however_often(self, seen: Path) -> None:
        shutil.move(seen, seen.with_name("away"))
        for _ in range(7):
            Arrival.objects.update(next_try_at=timezone.now())
            assert Runner().run_next()
            assert Arrival.objects.get().status == "waiting"
        assert look(minutes=4) == 0

        shutil.move(seen.with_name("away"), seen)
        run_all()
        assert Arrival.objects.get().status == "done"

    def test_when_it_is_to_be_put_away_the_next_look_does(self, seen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*args: object) -> None:
            raise InboxAway

        with monkeypatch.context() as patched:
            patched.setattr(FolderInbox, "move", away)
            run_all()
        assert (seen / "psk/new.zip").exists()
        assert Arrival.objects.get().filed_at is None

        assert look(minutes=5) == 0
        assert not (seen / "psk/new.zip").exists()
        assert Arrival.objects.get().filed_at
        assert ImportRun.objects.count() == 1

    def test_a_bucket_that_does_not_answer_breaks_nothing(self, settings: Any) -> None:
        settings.REGISTRY_INBOX = "s3://registries"
        settings.REGISTRY_INBOX_S3 = {
            "endpoint_url": "http://127.0.0.1:9",
            "region_name": "us-east-1",
            "access_key": "key",
            "secret_key": "secret",
        }
        assert look() == 0

    def test_nothing_is_watched_unless_said(self, settings: Any) -> None:
        settings.REGISTRY_INBOX = ""
        tasks.look_for_packages()
        assert not Arrival.objects.exists()
        with pytest.raises(CommandError, match="REGISTRY_INBOX"):
            call_command("watch_packages", "--once")


class TestWhatIsPassedOver:
    @pytest.fixture
    def folder(self, settings: Any, tmp_path: Path) -> Folder:
        (tmp_path / "inbox").mkdir()
        settings.REGISTRY_INBOX = str(tmp_path / "inbox")
        return Folder(tmp_path / "inbox")

    @pytest.mark.parametrize(
        "path", ["psk/.2026.zip", "psk/~2026.zip", "psk/note.txt", "2026.zip", "psk/done/2026.zip"]
    )
    def test_unfinished_strange_and_finished_files(self, folder: Folder, content: bytes, path: str) -> None:
        folder.put(path, content)
        assert (look(), look(minutes=5), Arrival.objects.count()) == (0, 0, 0)

    def test_links(self, folder: Folder, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "secret.zip").write_bytes(content)
        (folder.root / "psk").mkdir()
        (folder.root / "psk/link.zip").symlink_to(tmp_path / "secret.zip")
        (folder.root / "link").symlink_to(tmp_path)
        assert (look(), Arrival.objects.count()) == (0, 0)

    def test_what_vanished_is_forgotten(self, folder: Folder, content: bytes) -> None:
        folder.put("psk/new.zip", content)
        look()
        (folder.root / "psk/new.zip").unlink()
        look(minutes=5)
        assert not Arrival.objects.exists()

    def test_the_command_looks_once(self, folder: Folder, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
        folder.put("psk/new.zip", content)
        call_command("watch_packages", "--once")
        assert "Взято в очередь: 0, ещё пишутся: 1." in capsys.readouterr().out


def test_staff_who_brought_it_hear_what_came_of_it(tmp_path: Path) -> None:
    staff = residents.make_staff()
    bring(staff)
    assert Runner().run_next()
    assert Notification.objects.get().text == "Пакет psk.zip (psk, 2026-10) применён."


def test_an_unknown_module_is_not_loaded_for_a_folder(settings: Any, tmp_path: Path) -> None:
    settings.REGISTRY_INBOX = str(tmp_path)
    assert isinstance(inboxes.open_inbox(), FolderInbox)
