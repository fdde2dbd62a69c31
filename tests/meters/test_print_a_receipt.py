"""A resident keeps the receipt on paper; staff tell a true one by its code."""

from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.test import override_settings
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from pypdf import PdfReader

from accounts.models import User
from billing.models import Link
from meters import operations
from meters.models import Meter, Submission
from meters.receipt_pdf import is_code_of, make_code, normalise_code
from tests import factories
from tests.factories import NOW
from tests.pages import PageClient

VERIFY = "/admin/meters/submission/receipt/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sent(alices_flat: Link) -> Submission:
    meter = Meter.objects.get(installations__account=alices_flat.account)
    typed = {meter.pk: {"1": "12896", "2": "3588"}}
    operations.submit_readings(user=alices_flat.user, key=uuid4(), typed=typed, taken_on=NOW.date(), at=NOW)
    operations.check_waiting_submissions(at=NOW)
    return Submission.objects.get()


@pytest.fixture
def as_staff(staff: User) -> PageClient:
    return sign_in(staff)


def sign_in(staff: User) -> PageClient:
    device = TOTPDevice.objects.create(user=staff, name="телефон", confirmed=True)
    client = PageClient()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.save()
    return client


def read_pdf(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(content))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return reader, text.replace("\u00a0", " ")


def test_the_receipt_is_a_file_with_everything_on_it(as_alice: PageClient, sent: Submission) -> None:
    page = as_alice.get(sent.get_absolute_url()).content.decode()
    address = reverse("meters:submission_pdf", args=[sent.receipt])
    assert f'href="{address}"' in page
    answer = as_alice.get(address)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="receipt-{sent.receipt}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    _, text = read_pdf(answer.content)
    for words in (
        f"Квитанция № {sent.receipt}",
        "Принято порталом 20 ноября 2026, 12:00",
        sent.account.number,
        sent.meter.serial,
        "12 896",
        "284 кВт·ч",
        "Принято. Войдёт в счёт за ноябрь",
        make_code(sent),
    ):
        assert words in text, words


def test_a_screen_reader_can_read_it(as_alice: PageClient, sent: Submission) -> None:
    reader, _ = read_pdf(as_alice.get(reverse("meters:submission_pdf", args=[sent.receipt])).content)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "ru"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == f"Квитанция № {sent.receipt}"


def test_a_stranger_finds_no_receipt(as_charlie: PageClient, sent: Submission) -> None:
    assert as_charlie.get(reverse("meters:submission_pdf", args=[sent.receipt])).status_code == 404


def test_signs_the_typeface_lacks_spoil_nothing(as_alice: PageClient, sent: Submission) -> None:
    Meter.objects.update(model="НЕВА 🔌 電 #let x = [*]")
    _, text = read_pdf(as_alice.get(reverse("meters:submission_pdf", args=[sent.receipt])).content)
    assert "НЕВА ? ? #let x = [*]" in text


def test_what_was_withdrawn_enters_no_bill(as_alice: PageClient, sent: Submission) -> None:
    Submission.objects.update(status=Submission.Status.WITHDRAWN)
    _, text = read_pdf(as_alice.get(reverse("meters:submission_pdf", args=[sent.receipt])).content)
    assert "за ноябрь" not in text


def test_the_code_holds_to_one_receipt_and_its_values(sent: Submission) -> None:
    code = make_code(sent)
    assert len(normalise_code(code)) == 8
    assert is_code_of(sent, code.lower().replace("-", " "))
    assert not is_code_of(sent, "")
    assert not is_code_of(sent, code[:-1])
    assert not is_code_of(sent, code + "0")
    sent.values.filter(scale__code="1").update(typed="12897")
    assert not is_code_of(Submission.objects.get(), code)


def test_a_change_of_state_or_of_key_leaves_paper_valid(sent: Submission) -> None:
    code = make_code(sent)
    Submission.objects.update(status=Submission.Status.HANDED_OVER)
    assert is_code_of(Submission.objects.get(), code)
    with override_settings(SECRET_KEY="a new one", SECRET_KEY_FALLBACKS=[]):
        assert not is_code_of(Submission.objects.get(), code)


def test_what_looks_alike_is_taken_for_what_was_printed() -> None:
    assert normalise_code("оi1l-АВСЕ") == "0111ABCE"


def test_staff_see_whether_a_receipt_is_true_and_its_present_state(as_staff: PageClient, sent: Submission) -> None:
    assert "Проверить квитанцию" in as_staff.get("/admin/meters/submission/").content.decode()
    Submission.objects.update(status=Submission.Status.HANDED_OVER)
    html = as_staff.post(VERIFY, {"receipt": sent.receipt, "code": make_code(sent)}).content.decode()
    assert "Квитанция настоящая" in html
    assert "передано поставщику" in html
    forged = as_staff.post(VERIFY, {"receipt": sent.receipt, "code": "0000-0000"}).content.decode()
    unknown = as_staff.post(VERIFY, {"receipt": "2611-999999-0", "code": "0000-0000"}).content.decode()
    for html in (forged, unknown):
        assert "Не сходится" in html
        assert sent.account.number not in html


def test_only_who_may_see_readings_verifies_them(as_alice: PageClient, sent: Submission) -> None:
    assert as_alice.get(VERIFY).status_code == 302
    other = factories.UserFactory(phone="+79005550188", is_staff=True)
    assert sign_in(other).get(VERIFY).status_code == 403
