"""A resident shows the register where a rule wants to see it; staff and the household look at the picture."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from PIL import Image

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing.models import Link
from meters import operations
from meters.models import MeterPhoto, Scale, Submission
from tests import factories
from tests.factories import NOW
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twentieth_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def take_picture(colour: str = "white", side: int = 64, *, kind: str = "JPEG") -> bytes:
    """With a place and a time in its EXIF, as a telephone writes them."""
    image = Image.new("RGB", (side, side // 2), colour)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Телефон"
    exif.get_ifd(0x8825)[1] = "N"
    kept = BytesIO()
    image.save(kept, kind, exif=exif)
    return kept.getvalue()


def send(client: PageClient, link: Link, day: str) -> Submission:
    scales = Scale.objects.filter(meter__installations__account=link.account)
    values = {f"value-{scale.pk}": day if scale.code == "1" else "3588" for scale in scales}
    client.post("/readings/", {"key": str(uuid4()), **values})
    operations.check_waiting_submissions(at=timezone.now())
    return Submission.objects.order_by("pk").last()


@pytest.fixture
def questioned(as_alice: PageClient, alices_flat: Link) -> Submission:
    """Far above the usual: a rule wants staff to look."""
    return send(as_alice, alices_flat, "19000")


def attach(client: PageClient, submission: Submission, content: bytes) -> str:
    file = SimpleUploadedFile("IMG_0001.jpg", content, content_type="image/jpeg")
    answer = client.post(f"/readings/receipts/{submission.receipt}/photos/", {"photo": file}, follow=True)
    return str(answer.content.decode())


def test_it_is_asked_for_only_where_a_rule_wants_to_see(as_alice: PageClient, alices_flat: Link) -> None:
    plain = send(as_alice, alices_flat, "12896")
    assert "Снимок счётчика" not in as_alice.get(plain.get_absolute_url()).content.decode()
    high = send(as_alice, alices_flat, "13900")
    assert "Снимок счётчика" not in as_alice.get(high.get_absolute_url()).content.decode()
    very_high = send(as_alice, alices_flat, "19000")
    html = as_alice.get(very_high.get_absolute_url()).content.decode()
    assert "Снимок счётчика" in html
    assert 'capture="environment"' in html


def test_it_is_kept_upright_and_without_exif(as_alice: PageClient, questioned: Submission) -> None:
    html = attach(as_alice, questioned, take_picture())
    photo = MeterPhoto.objects.get()
    assert "Снимок приложен" in html
    assert f"/readings/photos/{photo.public_id}/" in html
    answer = as_alice.get(f"/readings/photos/{photo.public_id}/")
    kept = b"".join(answer.streaming_content)
    with Image.open(BytesIO(kept)) as image:
        assert (image.width, image.height) == (32, 64)
        assert not image.getexif()
    assert "Телефон".encode() not in kept
    assert len(kept) == photo.size
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_same_picture_twice_is_one(as_alice: PageClient, questioned: Submission) -> None:
    attach(as_alice, questioned, take_picture())
    folder = str(MeterPhoto.objects.get().file.name).rsplit("/", 1)[0]
    before = default_storage.listdir(folder)[1]
    attach(as_alice, questioned, take_picture())
    assert MeterPhoto.objects.count() == 1
    assert sorted(default_storage.listdir(folder)[1]) == sorted(before)


def test_three_are_enough(as_alice: PageClient, questioned: Submission) -> None:
    for colour in ("white", "red", "green", "blue"):
        html = attach(as_alice, questioned, take_picture(colour))
    assert MeterPhoto.objects.count() == 3
    assert "этого достаточно" in html


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "не дошёл"),
        (b"<script>alert(1)</script>", "нужен JPEG или PNG"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (b"\xff\xd8\xff" + b"not a picture", "повреждён"),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "больше 10 МБ"),
    ],
)
def test_what_is_no_picture_is_told(as_alice: PageClient, questioned: Submission, content: bytes, says: str) -> None:
    html = attach(as_alice, questioned, content)
    assert says in html or (not content and "пустой" in html)
    assert not MeterPhoto.objects.exists()


def test_a_large_one_is_made_small(as_alice: PageClient, questioned: Submission) -> None:
    attach(as_alice, questioned, take_picture(side=5000))
    with Image.open(MeterPhoto.objects.get().file) as image:
        assert max(image.size) == 2048


def test_after_the_decision_none_is_wanted(as_alice: PageClient, questioned: Submission, staff: User) -> None:
    as_alice.post(f"/readings/receipts/{questioned.receipt}/confirmation/")
    operations.review_submission(
        submission_id=questioned.pk, staff=staff, decision="accept", reason="Верю", at=timezone.now()
    )
    assert "больше не нужен" in attach(as_alice, questioned, take_picture())
    assert not MeterPhoto.objects.exists()


def test_the_household_sees_it_and_a_stranger_does_not(
    as_alice: PageClient, as_charlie: PageClient, boris: User, questioned: Submission, alices_flat: Link
) -> None:
    attach(as_alice, questioned, take_picture())
    address = f"/readings/photos/{MeterPhoto.objects.get().public_id}/"
    factories.LinkFactory(user=boris, account=alices_flat.account, group=factories.AccountGroupFactory(user=boris))
    as_boris = PageClient()
    as_boris.force_login(boris, backend="django.contrib.auth.backends.ModelBackend")
    assert as_boris.get(address).status_code == 200
    assert as_charlie.get(address).status_code == 404
    assert as_charlie.post(f"/readings/receipts/{questioned.receipt}/photos/").status_code == 404


def test_it_goes_after_three_years_with_its_file(as_alice: PageClient, questioned: Submission) -> None:
    attach(as_alice, questioned, take_picture())
    path = str(MeterPhoto.objects.get().file.name)
    assert operations.forget_old_photos(at=NOW + timedelta(days=3 * 365 - 1)) == 0
    assert operations.forget_old_photos(at=NOW + timedelta(days=3 * 365 + 1)) == 1
    assert not default_storage.exists(path)
    assert not MeterPhoto.objects.exists()


def test_staff_see_it_with_the_second_factor_and_that_is_recorded(
    as_alice: PageClient, staff: User, questioned: Submission
) -> None:
    attach(as_alice, questioned, take_picture())
    address = f"/readings/photos/{MeterPhoto.objects.get().public_id}/"
    desk = PageClient()
    desk.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert desk.get(address).status_code == 404
    session = desk.session
    session["otp_device_id"] = TOTPDevice.objects.create(user=staff, name="телефон", confirmed=True).persistent_id
    session.save()
    assert desk.get(address).status_code == 200
    assert address in desk.get(f"/admin/meters/submission/{questioned.pk}/change/").content.decode()
    assert SecurityEvent.objects.filter(kind=Kind.STAFF_VIEW, user=questioned.user_id, staff=staff).exists()
