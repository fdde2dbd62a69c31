"""Every kind of event is recorded by an act that a person does (security.md P8, ASVS 16.3.1 to 16.3.4)."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import challenges, limits
from accounts.audit.alarms import Alarm, raise_alarm
from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import Passkey, PhoneChallenge, SessionRecord, User
from billing.models import Link
from billing.staff_scope import give_scope
from exchange.models import ImportRun
from support.models import ErrorReport
from tests import factories, residents
from tests.arrivals import trust_browser
from tests.authenticator import Authenticator
from tests.factories import PASSWORD
from tests.offices import open_office, say_why
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
TYPED = {"phone": residents.CHARLIE, "password": "Yasnaya7zvezda", "terms": "on"}
NEW_PASSWORD = "Novyy8parol"
HERE = "tests/audit/test_every_kind.py"


def write_report(client: PageClient, flat: Link) -> ErrorReport:
    typed = {"key": str(uuid4()), "account": flat.pk, "meter": "", "reason": "wrong_readings", "text": "Не те цифры."}
    client.post(reverse("support:report_create"), typed)
    return ErrorReport.objects.latest("pk")


Act = Callable[["World"], object]
ACTS: dict[Kind, Act] = {}


class World:
    """Алиса with a flat, Борис of her household, staff; a browser for each."""

    def __init__(self) -> None:
        self.alice = residents.make_resident(residents.ALICE)
        self.boris = residents.make_resident(residents.BORIS)
        self.flat = residents.furnish(self.alice)
        self.staff = residents.make_staff()
        self.nobody = PageClient()
        self.as_alice = sign_in(self.alice)

    @property
    def office(self) -> PageClient:
        return open_office(self.staff)

    def confirm_password(self) -> None:
        self.as_alice.post("/my-data/password/confirm/", {"password": PASSWORD})


def sign_in(user: User) -> PageClient:
    client = PageClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    return client


def by(kind: Kind) -> Callable[[Act], Act]:
    def remember(act: Act) -> Act:
        assert kind not in ACTS
        ACTS[kind] = act
        return act

    return remember


def read_code() -> str:
    return challenges.derive_code(PhoneChallenge.objects.latest("pk"))


@by(Kind.SIGN_IN)
def _(world: World) -> None:
    world.nobody.post("/sign-in/", {"phone": residents.ALICE, "password": "Nepravilno7"})


@by(Kind.SIGN_OUT)
def _(world: World) -> None:
    world.as_alice.post("/sign-out/")


@by(Kind.CODE_SENT)
def _(world: World) -> None:
    world.nobody.post("/registration/", TYPED)


@by(Kind.CODE_CHECKED)
def _(world: World) -> None:
    world.nobody.post("/registration/", TYPED)
    world.nobody.post("/registration/code/", {"code": "000000"})


@by(Kind.REGISTERED)
def _(world: World) -> None:
    world.nobody.post("/registration/", TYPED)
    world.nobody.post("/registration/code/", {"code": read_code()})


@by(Kind.FACTOR_SET)
def _(world: World) -> None:
    world.confirm_password()
    world.as_alice.get("/security/application/")
    world.as_alice.post("/security/application/", {"code": "000000"})


@by(Kind.FACTOR_ENDED)
def _(world: World) -> None:
    TOTPDevice.objects.create(user=world.alice, name="Приложение", confirmed=True)
    world.confirm_password()
    world.as_alice.post("/security/application/end/")


@by(Kind.SPARE_CODES_RENEWED)
def _(world: World) -> None:
    TOTPDevice.objects.create(user=world.alice, name="Приложение", confirmed=True)
    world.confirm_password()
    world.as_alice.post("/security/spare-codes/")


@by(Kind.DEVICE_ENDED)
def _(world: World) -> None:
    device = trust_browser(PageClient(), world.alice)
    world.confirm_password()
    world.as_alice.post(f"/security/devices/{device.pk}/end/")


@by(Kind.PASSKEY_ADDED)
def _(world: World) -> None:
    world.confirm_password()
    options = world.as_alice.get("/security/passkeys/new/").context["options"]
    answer = Authenticator("http://testserver").create(options)
    world.as_alice.post("/security/passkeys/new/", {"name": "Телефон", "credential": answer})


@by(Kind.PASSKEY_USED)
def _(world: World) -> None:
    world.nobody.post("/sign-in/passkey/", {"credential": "{}"})


@by(Kind.PASSKEY_ENDED)
def _(world: World) -> None:
    key = Passkey.objects.create(
        user=world.alice, name="Телефон", credential_id=b"1", public_key=b"1", sign_count=0, created_at=timezone.now()
    )
    world.confirm_password()
    world.as_alice.post(f"/security/passkeys/{key.pk}/end/")


@by(Kind.FACTOR_REMOVAL_ASKED)
def _(world: World) -> None:
    TOTPDevice.objects.create(user=world.alice, name="Приложение", confirmed=True)
    typed = {"phone": residents.ALICE, "reason": "Пришла в отделение с паспортом."}
    world.office.post(reverse("admin:accounts_factorremoval_add"), typed)


@by(Kind.FACTOR_CHECKED)
def _(world: World) -> None:
    TOTPDevice.objects.create(user=world.alice, name="Приложение", confirmed=True)
    world.nobody.post("/sign-in/", {"phone": residents.ALICE, "password": PASSWORD})
    world.nobody.post("/sign-in/confirm/", {"code": "k7wq-2mzp"})


@by(Kind.PASSWORD_RESET)
def _(world: World) -> None:
    world.nobody.post("/password-reset/", {"phone": residents.ALICE})
    world.nobody.post("/password-reset/code/", {"code": read_code(), "password": NEW_PASSWORD})


@by(Kind.PASSWORD_CHANGED)
def _(world: World) -> None:
    world.confirm_password()
    world.as_alice.post("/my-data/password/", {"password": NEW_PASSWORD})


@by(Kind.STEP_UP)
def _(world: World) -> None:
    world.as_alice.post("/my-data/password/confirm/", {"password": "Nepravilno7"})


@by(Kind.SESSIONS_ENDED)
def _(world: World) -> None:
    sign_in(world.alice)
    world.confirm_password()
    world.as_alice.post("/security/devices/end/")


@by(Kind.SESSION_EXPIRED)
def _(world: World) -> None:
    SessionRecord.objects.update(last_seen_at=timezone.now() - limits.DAY * 40, started_at=timezone.now())
    from accounts import sessions

    sessions._seen.clear()
    world.as_alice.get("/")


@by(Kind.EMAIL_CHANGE_ASKED)
def _(world: World) -> None:
    world.confirm_password()
    world.as_alice.post("/my-data/e-mail/", {"email": "alice@post.example"})


@by(Kind.EMAIL_CHANGED)
def _(world: World) -> None:
    from django.core import signing

    from accounts.privacy import operations

    change = operations.request_email_change(user=world.alice, email="alice@post.example", at=timezone.now())
    token = signing.dumps(change.pk, salt=operations._EMAIL_SALT)
    world.confirm_password()
    world.as_alice.post(reverse("privacy:email_confirm", args=[token]))


@by(Kind.CONSENT_DECIDED)
def _(world: World) -> None:
    world.as_alice.post("/my-data/consents/advertising/", {"given": "yes"})


@by(Kind.DATA_EXPORT_ASKED)
def _(world: World) -> None:
    world.confirm_password()
    world.as_alice.post("/my-data/export/")


@by(Kind.DATA_EXPORT_TAKEN)
def _(world: World) -> None:
    from accounts.privacy import exporting

    export = exporting.request_data_export(user=world.alice, at=timezone.now())
    exporting.make_data_export(export_id=export.pk, at=timezone.now(), clock=timezone.now)
    world.confirm_password()
    world.as_alice.get(reverse("privacy:export_file", args=[export.public_id]))


def type_link(number: str) -> dict[str, str]:
    supplier = factories.SupplierFactory()
    return {
        "supplier": str(supplier.pk),
        "service": "electricity",
        "number": number,
        "proof": "payment",
        "paid_on": f"{timezone.localdate() - limits.DAY * 3}",
        "amount": "3412,80",
        "group": "new",
    }


@by(Kind.LINK)
def _(world: World) -> None:
    world.as_alice.post(reverse("billing:link_create"), type_link("018\\00077777"))


@by(Kind.LINK_WAITS)
def _(world: World) -> None:
    world.as_alice.post(reverse("billing:link_create"), {**type_link("018\\00077777"), "wait": "on"})


@by(Kind.LINK_ENDED)
def _(world: World) -> None:
    from billing import operations

    operations.end_link(user=world.alice, link_id=world.flat.pk, at=timezone.now())


@by(Kind.HOLDER_ENDED)
def _(world: World) -> None:
    from billing import operations

    later = factories.LinkFactory(user=world.boris, account=world.flat.account, linked_at=timezone.now())
    operations.end_later_link(user=world.alice, link_id=world.flat.pk, later_link_id=later.pk, at=timezone.now())


@by(Kind.DELIVERY_CHANGED)
def _(world: World) -> None:
    from billing import operations

    operations.choose_bill_delivery(user=world.alice, link_id=world.flat.pk, method="paper", at=timezone.now())


@by(Kind.STAFF_SIGN_IN)
def _(world: World) -> None:
    Client().post("/admin/login/", {"username": residents.STAFF, "password": "Nepravilno7", "otp_token": "123456"})


@by(Kind.STAFF_FACTOR_SET)
def _(world: World) -> None:
    from accounts.second_factors import application

    application.begin_second_factor(user=world.staff)
    with pytest.raises(application.WrongSecondFactor):
        application.confirm_second_factor(user=world.staff, code="000000", at=timezone.now())


@by(Kind.STAFF_ROLE)
def _(world: World) -> None:
    call_command("add_staff", residents.CHARLIE, "--name", "Инна", "--role", "Старший")


@by(Kind.STAFF_DECISION)
def _(world: World) -> None:
    report = write_report(world.as_alice, world.flat)
    world.office.post(reverse("admin:support_errorreport_take", args=[report.pk]), {"holder": ""})


@by(Kind.STAFF_VIEW)
def _(world: World) -> None:
    say_why(world.office, reverse("admin:billing_link_change", args=[world.flat.pk]))


@by(Kind.STAFF_EXPORT)
def _(world: World) -> None:
    run = ImportRun.objects.create(supplier_code="psk", source="x", started_at=timezone.now())
    world.office.get(reverse("admin:exchange_importrun_rejects", args=[run.pk]))


@by(Kind.STAFF_SCOPE)
def _(world: World) -> None:
    give_scope(staff=world.staff, supplier=world.flat.account.supplier, at=timezone.now())


@by(Kind.PHONE_RELEASED)
def _(world: World) -> None:
    address = reverse("admin:accounts_phonerelease_add")
    world.office.post(address, {"phone": residents.ALICE, "reason": "Житель позвонил."})


@by(Kind.DENIED)
def _(world: World) -> None:
    sign_in(world.boris).get(reverse("billing:account_detail", args=[world.flat.pk]))


@by(Kind.FORGED)
def _(world: World) -> None:
    Client(enforce_csrf_checks=True).post("/sign-in/", {"phone": residents.ALICE, "password": PASSWORD})


@by(Kind.ALARM)
def _(world: World) -> None:
    raise_alarm(Alarm.SMS_CEILING, at=timezone.now())


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.value) for kind in ACTS])
def test_is_recorded_by_the_act(kind: Kind) -> None:
    world = World()
    before = SecurityEvent.objects.latest("pk").pk if SecurityEvent.objects.exists() else 0
    ACTS[kind](world)
    event = SecurityEvent.objects.filter(kind=kind, pk__gt=before).latest("pk")
    assert event.title == kind.label
    assert event.happened_at
    assert event.result
    assert event.user_id or event.staff_id or event.subject_hash or kind is Kind.ALARM


def test_no_kind_is_left_out() -> None:
    """Recorded by an act above, or by a test elsewhere that names it."""
    texts = [path.read_text(encoding="utf-8") for path in Path("tests").rglob("test_*.py") if path != Path(HERE)]
    elsewhere = {kind for kind in Kind if any(_names(text, kind) for text in texts if "SecurityEvent" in text)}
    assert set(Kind) - set(ACTS) - elsewhere == set()


def _names(text: str, kind: Kind) -> bool:
    return f"Kind.{kind.name}" in text or f'"{kind.value}"' in text


def test_a_refusal_by_a_limit_is_told_once_a_minute(alice: User, alices_flat: Link) -> None:
    client = sign_in(alice)
    for _ in range(5):
        client.get(reverse("billing:account_detail", args=[alices_flat.pk + 1000]))
    assert SecurityEvent.objects.filter(kind=Kind.DENIED).count() == 1
