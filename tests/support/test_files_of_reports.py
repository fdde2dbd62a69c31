"""Who may fetch a file, and how it is served."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from billing.staff_scope import give_scope
from support import attachments
from support.documents import Document
from support.models import Attachment
from tests import factories
from tests.pages import PageClient
from tests.support import samples
from tests.support.conftest import Send, upload, verified


@pytest.fixture
def attachment(send: Send) -> Attachment:
    send(documents=[upload('Акт "допуска".pdf', samples.make_pdf())])
    return Attachment.objects.get()


def address(attachment: Attachment) -> str:
    return reverse("support:attachment_detail", args=[attachment.public_id])


def test_the_owner_saves_it_and_nothing_in_it_can_act(as_alice: PageClient, attachment: Attachment) -> None:
    answer = as_alice.get(address(attachment))
    assert b"".join(answer.streaming_content) == samples.make_pdf()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == {"default-src 'none'", "sandbox"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_its_name_in_the_storage_tells_nothing(attachment: Attachment) -> None:
    assert attachment.name == "Акт _допуска_.pdf"
    assert "Акт" not in attachment.file.name
    assert str(attachment.public_id) not in attachment.file.name


def test_a_stranger_and_nobody_find_nothing(as_charlie: PageClient, page: PageClient, attachment: Attachment) -> None:
    assert as_charlie.get(address(attachment)).status_code == 404
    assert page.get(address(attachment)).status_code == 302
    assert as_charlie.get(reverse("support:attachment_detail", args=[uuid4()])).status_code == 404


def test_a_file_that_is_gone_is_not_found(as_alice: PageClient, attachment: Attachment) -> None:
    default_storage.delete(attachment.file.name)
    assert as_alice.get(address(attachment)).status_code == 404


def test_staff_need_the_second_factor(as_staff: PageClient, staff: User, attachment: Attachment) -> None:
    assert as_staff.get(address(attachment)).status_code == 200
    unverified = PageClient()
    unverified.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert unverified.get(address(attachment)).status_code == 404


def test_staff_need_the_permission(attachment: Attachment) -> None:
    colleague = factories.UserFactory(is_staff=True)
    client = verified(colleague, TOTPDevice.objects.create(user=colleague, confirmed=True))
    assert client.get(address(attachment)).status_code == 404
    colleague.user_permissions.add(Permission.objects.get(codename="view_errorreport"))
    assert client.get(address(attachment)).status_code == 404
    give_scope(staff=colleague, supplier=attachment.report.account.supplier, at=timezone.now())
    assert client.get(address(attachment)).status_code == 200


def test_a_resident_with_a_code_is_not_staff(charlie: User, attachment: Attachment) -> None:
    client = verified(charlie, TOTPDevice.objects.create(user=charlie, confirmed=True))
    charlie.user_permissions.add(Permission.objects.get(codename="view_errorreport"))
    assert client.get(address(attachment)).status_code == 404


def test_what_fails_in_the_middle_leaves_no_file() -> None:
    at: datetime = timezone.now()
    document = Document("a.pdf", "application/pdf", samples.make_pdf())
    paths: list[str] = []

    def store_and_fail() -> None:
        with attachments.stored([document, document], at=at) as files:
            paths.extend(file.path for file in files)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store_and_fail()
    assert len(paths) == 2
    assert not any(default_storage.exists(path) for path in paths)
