"""Who can sign in to the demo at once: a resident with four personal accounts, and a dispatcher."""

from base64 import b32encode
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Consent, ConsentDocument, User
from accounts.staff import add_staff_member
from billing.models import AccountGroup, BillDelivery, Link, Payment, PersonalAccount, Supplier
from billing.staff_scope import give_scope
from meters.models import Meter
from portal.demo import households

RESIDENT_PHONE, RESIDENT_PASSWORD = "+79215550142", "Fonar2026!"
STAFF_PHONE, STAFF_PASSWORD = "+79215550199", "Dezhurny2026!"
STAFF_NAME = "Ольга, диспетчер"
STAFF_KEY = "466f6e61722d64656d6f2d6b65792d3230323621"
OPERATOR_PHONE, OPERATOR_NAME = "+79215550198", "Виктор, оператор по воде"
OPERATOR_SERVES = "eirc"
"""The operator sees this supplier's residents alone; password and second factor are the dispatcher's."""
HOME, DACHA = "Дом", "Дача"
LINKS = (
    ("psk", households.FLAT, HOME, "Квартира"),
    ("eirc", households.FLAT_WATER, HOME, "Холодная вода"),
    ("psk", households.DACHA_REPLACED, DACHA, "Домик в Ёлочке"),
    ("psk", households.DACHA_WITHOUT_METER, DACHA, "Участок рядом"),
)
STILL_TO_CHECK = {households.DACHA_WITHOUT_METER}
FREE = (("psk", households.FREE_FLAT), ("eirc", households.FREE_WATER))
LINKED_EARLIER = timedelta(days=200)


@dataclass(frozen=True)
class FreeAccount:
    """A personal account nobody has linked yet, with what proves it."""

    supplier: str
    service: str
    number: str
    paid_on: date
    amount: Decimal
    serial: str


def is_furnished() -> bool:
    return TOTPDevice.objects.filter(user__phone=STAFF_PHONE, confirmed=True).exists() and (
        Link.objects.filter(user__phone=RESIDENT_PHONE).exists()
    )


@transaction.atomic(durable=True)
def furnish_people(*, at: datetime) -> None:
    """Makes what is missing and leaves the rest as it is."""
    since = at - LINKED_EARLIER
    resident = User.objects.filter(phone=RESIDENT_PHONE).first()
    if resident is None:
        resident = User.objects.create_user(RESIDENT_PHONE, RESIDENT_PASSWORD)
        agree(resident, at=since)
    for code, number, group_name, alias in LINKS:
        account = PersonalAccount.objects.get(supplier__code=code, number=number)
        if Link.objects.filter(user=resident, account=account).exists():
            continue
        group, _ = AccountGroup.objects.get_or_create(user=resident, name=group_name, defaults={"created_at": since})
        checked_at = since if number not in STILL_TO_CHECK else None
        Link.objects.create(
            user=resident,
            account=account,
            group=group,
            alias=alias,
            proof="last_payment",
            linked_at=since,
            address_confirmed_at=since,
            history_checked_at=since,
            meter_checked_at=checked_at,
        )
        if checked_at:
            BillDelivery.objects.create(
                account=account, user=resident, method=BillDelivery.Method.PAPER, chosen_at=checked_at
            )
    staff = User.objects.filter(phone=STAFF_PHONE).first()
    if staff is None:
        staff = User.objects.create_superuser(STAFF_PHONE, STAFF_PASSWORD, name=STAFF_NAME)
    TOTPDevice.objects.update_or_create(user=staff, name="Демонстрация", defaults={"key": STAFF_KEY, "confirmed": True})


def furnish_operator(*, at: datetime) -> None:
    """One of the staff with the least rights, who serves one supplier."""
    operator = add_staff_member(phone=OPERATOR_PHONE, name=OPERATOR_NAME, role="Оператор", at=at)
    operator.set_password(STAFF_PASSWORD)
    operator.save(update_fields=["password"])
    TOTPDevice.objects.update_or_create(
        user=operator, name="Демонстрация", defaults={"key": STAFF_KEY, "confirmed": True}
    )
    give_scope(staff=operator, supplier=Supplier.objects.get(code=OPERATOR_SERVES), at=at)


def agree(resident: User, *, at: datetime) -> None:
    """The terms accepted, advertising declined: one row each."""
    for kind, given in ((ConsentDocument.Kind.TERMS, True), (ConsentDocument.Kind.ADVERTISING, False)):
        document = ConsentDocument.objects.filter(kind=kind).order_by("-version").first()
        if document:
            Consent.objects.create(user=resident, document=document, given=given, preselected=False, decided_at=at)


def get_free_accounts() -> list[FreeAccount]:
    found = []
    for code, number in FREE:
        account = PersonalAccount.objects.select_related("supplier").get(supplier__code=code, number=number)
        payment = Payment.objects.filter(account=account).order_by("-paid_on", "-id")[:1].get()
        meter = Meter.objects.filter(installations__account=account, installations__removed_on=None)[:1].get()
        found.append(
            FreeAccount(
                supplier=account.supplier.name,
                service=account.get_service_display(),
                number=account.number,
                paid_on=payment.paid_on,
                amount=payment.amount,
                serial=meter.serial,
            )
        )
    return found


def staff_secret() -> str:
    """The key of the dispatcher's second factor, as authenticator apps take it."""
    return b32encode(bytes.fromhex(STAFF_KEY)).decode()


def current_staff_code(*, at: datetime) -> str:
    """The six digits that an authenticator would show now."""
    device = TOTP(bytes.fromhex(STAFF_KEY))
    device.time = at.timestamp()
    return f"{device.token():06}"
