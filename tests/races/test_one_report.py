"""The same report sent many times at once, and many files at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone

from billing.models import Link
from notifications.models import OutgoingMessage
from support import attachments, operations
from support.documents import Document
from support.models import Attachment, ErrorReport
from tests import residents

pytestmark = pytest.mark.django_db(transaction=True)
FILE = Document("a.pdf", "application/pdf", b"%PDF" * 250)


def _send(link: Link, key: UUID) -> str:
    try:
        report = operations.report_error(
            user=link.user,
            key=key,
            account=link.account,
            meter=None,
            reason="other",
            text="Другое.",
            documents=[FILE],
            at=timezone.now(),
        )
    except operations.ReportRefused:
        return "refused"
    else:
        return report.number
    finally:
        connections.close_all()


def test_twenty_posts_of_one_form_are_one_report() -> None:
    link, key = residents.furnish(residents.make_resident(residents.ALICE)), uuid4()
    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(lambda _: _send(link, key), range(20)))
    assert numbers == {ErrorReport.objects.get().number}
    assert OutgoingMessage.objects.count() == 1
    assert default_storage.exists(Attachment.objects.get().file.name)


def test_parallel_files_do_not_pass_the_daily_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    link = residents.furnish(residents.make_resident(residents.ALICE))
    monkeypatch.setattr(attachments, "DAILY_BYTES", len(FILE.content) * 3 + 10)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: _send(link, uuid4()), range(12)))
    assert outcomes.count("refused") == 9
    assert Attachment.objects.count() == 3


def test_two_of_the_staff_take_it_and_one_holds_it() -> None:
    link = residents.furnish(residents.make_resident(residents.ALICE))
    _send(link, uuid4())
    report = ErrorReport.objects.get()
    staff = [residents.make_resident(phone) for phone in (residents.BORIS, residents.CHARLIE)]

    def take(index: int) -> str:
        try:
            operations.take_report(report_id=report.pk, staff=staff[index], holder_id=None, at=timezone.now())
        except operations.ReportTakenByAnother:
            return "late"
        else:
            return "taken"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(take, range(2)))
    assert outcomes == ["late", "taken"]
