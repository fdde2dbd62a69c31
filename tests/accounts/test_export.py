"""A resident takes a copy of everything the portal keeps about him (security.md P2)."""

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
import time_machine
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from pypdf import PdfReader

from accounts import tasks
from accounts.models import DataExport, User
from accounts.privacy import archive, exporting, personal_data, readable
from billing.models import Link
from notifications.models import Notification
from support.models import Attachment, ErrorReport, ReportMessage
from tests import factories
from tests.arrivals import come_in
from tests.pages import PageClient

pytestmark = pytest.mark.django_db

PAGE = "/my-data/export/"


def sign_in(user: User) -> PageClient:
    client = PageClient()
    come_in(client, str(user.phone))
    return client


def make(user: User) -> DataExport:
    export = exporting.request_data_export(user=user, at=timezone.now())
    tasks.make_data_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def read(export: DataExport) -> dict[str, Any]:
    with ZipFile(BytesIO(bytes(export.content or b""))) as archive:
        return dict(json.loads(archive.read("my-data.json")))


def read_pdf(export: DataExport) -> tuple[PdfReader, str]:
    with ZipFile(BytesIO(bytes(export.content or b""))) as archive:
        reader = PdfReader(BytesIO(archive.read("Мои данные.pdf")))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.split())


def report_of(user: User, link: Link) -> ErrorReport:
    report = ErrorReport.objects.create(
        number="2611-000001-1",
        key=uuid4(),
        user=user,
        account=link.account,
        reason="other",
        text="Перепутаны зоны",
        created_at=timezone.now(),
    )
    staff = factories.UserFactory(is_staff=True)
    ReportMessage.objects.create(
        report=report, author=staff, from_staff=True, text="Уже исправили", key=uuid4(), written_at=timezone.now()
    )
    return report


def test_every_table_that_points_at_a_user_is_in_the_copy_or_is_work_of_staff() -> None:
    told = {part.model for part in personal_data.get_parts()}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                left_out = (
                    personal_data.ACTS_AT_WORK.fullmatch(field.name) or model._meta.label in personal_data.MACHINERY
                )
                assert model in told or left_out, f"{model._meta.label}.{field.name} is missing in the copy"


def test_the_whole_way_from_the_button_to_the_file(alice: User, alices_flat: Link) -> None:
    report_of(alice, alices_flat)
    client = sign_in(alice)
    assert client.post(PAGE).url == PAGE
    export = DataExport.objects.get()
    assert "Собираем архив" in client.get(PAGE).content.decode()
    assert f'data-poll="{PAGE}progress/"' in client.get(f"{PAGE}progress/").content.decode()
    tasks.make_data_export(export_id=export.pk)
    page = client.get(f"{PAGE}progress/").content.decode()
    assert "Копия готова" in page
    assert "data-poll" not in page
    link = re.search(r'href="(/my-data/export/[^"]+/file/)"', page)
    assert link
    answer = client.get(link[1])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.zip"'
    export.refresh_from_db()
    assert answer.content == bytes(export.content or b"")
    copy = read(export)
    assert copy["user"]["phone"] == str(alice.phone)
    assert copy["billing.link"]["rows"][0]["alias"] == "Квартира"
    assert copy["support.errorreport"]["rows"][0]["text"] == "Перепутаны зоны"
    assert copy["support.reportmessage"]["rows"][0]["text"] == "Уже исправили"
    assert copy["accounts.sessionrecord"]["rows"]
    assert Notification.objects.filter(user=alice, event="accounts/data_export_ready").exists()


def test_nothing_of_others_and_no_secret_is_in_it(alice: User, charlie: User, alices_flat: Link) -> None:
    report_of(alice, alices_flat)
    client = sign_in(alice)
    session_key = str(client.session.session_key)
    strangers, own = make(charlie), make(alice)
    assert "Перепутаны зоны" not in json.dumps(read(strangers), ensure_ascii=False)
    text = json.dumps(read(own), ensure_ascii=False)
    for secret in (alice.password, User.objects.get(pk=alice.pk).password, session_key):
        assert secret not in text
    assert str(charlie.phone) not in text


def test_a_stranger_and_a_stale_session_do_not_get_the_file(alice: User, charlie: User) -> None:
    export = make(alice)
    url = f"{PAGE}{export.public_id}/file/"
    assert sign_in(charlie).get(url).status_code == 404
    with time_machine.travel(timezone.now()) as clock:
        client = sign_in(alice)
        assert client.get(url).status_code == 200
        clock.shift(timedelta(minutes=6))
        assert "/my-data/password/confirm/" in client.get(url).url
        assert "/my-data/password/confirm/" in client.post(PAGE).url


def test_it_is_kept_a_week(alice: User) -> None:
    with time_machine.travel(timezone.now()) as clock:
        export = make(alice)
        clock.shift(timedelta(days=6, hours=23))
        assert exporting.sweep_data_exports(at=timezone.now()) == []
        assert sign_in(alice).get(f"{PAGE}{export.public_id}/file/").status_code == 200
        clock.shift(timedelta(hours=2))
        assert sign_in(alice).get(f"{PAGE}{export.public_id}/file/").status_code == 404
        exporting.sweep_data_exports(at=timezone.now())
        assert not DataExport.objects.exists()


def test_one_at_a_time_and_three_a_day(alice: User) -> None:
    now = timezone.now()
    first = exporting.request_data_export(user=alice, at=now)
    assert exporting.request_data_export(user=alice, at=now) == first
    tasks.make_data_export(export_id=first.pk)
    make(alice)
    make(alice)
    client = sign_in(alice)
    client.post(PAGE)
    assert "Сегодня копию уже готовили" in client.get(PAGE).content.decode()


def test_a_lost_hint_is_found_and_a_dead_worker_is_replaced(alice: User) -> None:
    now = timezone.now()
    export = exporting.request_data_export(user=alice, at=now)
    assert exporting.sweep_data_exports(at=now) == [export.pk]
    DataExport.objects.update(status="working", claimed_at=now)
    assert exporting.sweep_data_exports(at=now + timedelta(seconds=59)) == []
    later = now + timedelta(seconds=61)
    assert exporting.sweep_data_exports(at=later) == [export.pk]
    assert exporting.make_data_export(export_id=export.pk, at=later, clock=timezone.now)
    assert not exporting.make_data_export(export_id=export.pk, at=later, clock=timezone.now)
    export.refresh_from_db()
    assert (export.status, export.parts_done) == ("ready", export.parts_total)


def test_a_copy_that_ends_every_worker_is_given_up_and_may_be_asked_for_anew(alice: User) -> None:
    now = timezone.now()
    export = exporting.request_data_export(user=alice, at=now - timedelta(hours=1))
    assert exporting.sweep_data_exports(at=now) == [export.pk]
    DataExport.objects.update(status="working", claimed_at=now - timedelta(minutes=1))
    assert exporting.sweep_data_exports(at=now) == []
    assert not DataExport.objects.exists()
    assert "собрать не удалось" in Notification.objects.get().text
    assert exporting.request_data_export(user=alice, at=now).pk


def test_what_the_supplier_keeps_of_linked_accounts_is_in_it(alice: User, alices_flat: Link, charlie: User) -> None:
    copy = read(make(alice))
    for label, least in {
        "billing.personalaccount": 1,
        "billing.bill": 1,
        "billing.billline": 2,
        "billing.payment": 1,
        "meters.meter": 1,
        "meters.installation": 1,
        "meters.scale": 2,
        "meters.reading": 24,
    }.items():
        assert len(copy[label]["rows"]) == least, label
    assert copy["billing.personalaccount"]["rows"][0]["number"] == alices_flat.account.number
    strangers = read(make(charlie))
    for label in ("billing.bill", "meters.reading", "billing.personalaccount"):
        assert strangers[label]["rows"] == []


def test_an_address_nobody_has_confirmed_stays_masked(alice: User, alices_flat: Link) -> None:
    whole, masked = alices_flat.account.address, alices_flat.account.masked_address
    assert read(make(alice))["billing.personalaccount"]["rows"][0]["address"] == masked
    Link.objects.update(address_confirmed_at=timezone.now())
    assert read(make(alice))["billing.personalaccount"]["rows"][0]["address"] == whole


def test_a_person_can_read_it(alice: User, alices_flat: Link) -> None:
    report_of(alice, alices_flat)
    sign_in(alice)
    reader, text = read_pdf(make(alice))
    for words in (
        "Мои данные",
        "+7 900 555-01-01",
        "Привязки",
        "Квартира",
        "Счета",
        "3 412,80 ₽",
        "октября 2026",
        "Перепутаны зоны",
        "Уже исправили",
        "12 612",
    ):
        assert words in text, words
    for raw in ("linked_at", "True", "None", "2026-10", "3412.80"):
        assert raw not in text, raw
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "ru"


def test_long_lists_are_cut_in_the_pdf_and_whole_in_the_json(
    alice: User, alices_flat: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readable, "MOST_ROWS", 10)
    export = make(alice)
    assert "Показаны последние 10 из 24" in read_pdf(export)[1]
    assert len(read(export)["meters.reading"]["rows"]) == 24


def test_documents_of_reports_come_along_and_cannot_climb_out(alice: User, alices_flat: Link) -> None:
    report = report_of(alice, alices_flat)
    path = default_storage.save("reports/2026/11/akt.pdf", ContentFile(b"%PDF- akt"))
    for name, size in (("../../акт.pdf", 9), ("большой.pdf", archive.MOST_BYTES_OF_FILES)):
        Attachment.objects.create(
            report=report, file=path, name=name, content_type="application/pdf", size=size, added_at=timezone.now()
        )
    export = make(alice)
    with ZipFile(BytesIO(bytes(export.content or b""))) as packed:
        names = [name for name in packed.namelist() if name.startswith("Документы/")]
        assert len(names) == 1
        assert "большой" in names[0]
        assert ".." not in names[0]
    assert len(read(export)["files_left_out"]) == 1
