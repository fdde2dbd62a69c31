"""Pages on which staff let somebody back in show those whom one serves (security.md S16, ASVS 6.4.4, 8.2.2)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import FactorRemoval, PhoneChange, Recovery, User
from billing.models import Link
from billing.staff_scope import give_scope
from tests import factories, residents
from tests.offices import open_office

pytestmark = pytest.mark.django_db
REASON = "Пришёл в отделение с паспортом."


def make_senior(code: str) -> User:
    senior = factories.UserFactory(phone="+79005550188", name="Пётр", is_staff=True)
    senior.groups.set([Group.objects.get(name="Старший")])
    give_scope(staff=senior, supplier=factories.SupplierFactory(code=code), at=timezone.now())
    return senior


@pytest.fixture
def rows(alice: User, alices_flat: Link) -> dict[str, int]:
    now = timezone.now()
    TOTPDevice.objects.create(user=alice, name="Приложение", confirmed=True)
    chief = factories.UserFactory(phone="+79005550187", name="Анна", is_staff=True)
    phones = {"former_phone": "+79005550111", "phone": str(alice.phone)}
    change = PhoneChange.objects.create(user=alice, created_at=now, confirmed_at=now, **phones)
    removal = FactorRemoval.objects.create(user=alice, reason=REASON, asked_by=chief, asked_at=now)
    recovery = Recovery.objects.create(user=alice, began_at=now - timedelta(hours=1), was_idle=False)
    return {"recovery": recovery.pk, "phonechange": change.pk, "factorremoval": removal.pk}


@pytest.mark.parametrize(("code", "serves"), [("", True), ("another", False)])
def test_rows_of_others_are_not_there(rows: dict[str, int], alices_flat: Link, code: str, serves: bool) -> None:
    office = open_office(make_senior(code or alices_flat.account.supplier.code))
    for model, pk in rows.items():
        listed = office.get(reverse(f"admin:accounts_{model}_changelist")).context["cl"].queryset
        assert listed.filter(pk=pk).exists() is serves, model
    for model in ("recovery", "phonechange"):
        address = reverse(f"admin:accounts_{model}_change", args=[rows[model]])
        assert (office.get(address).status_code == 200) is serves, model
        if not serves:
            assert office.post(address, {"reason": REASON}).status_code == 404, model
    office.post(
        reverse("admin:accounts_factorremoval_changelist"),
        {"action": "confirm", "_selected_action": rows["factorremoval"]},
    )
    assert (FactorRemoval.objects.get().confirmed_at is not None) is serves


def test_an_application_is_taken_away_from_nobody_elses_resident(alice: User, rows: dict[str, int]) -> None:
    FactorRemoval.objects.all().delete()
    office = open_office(make_senior("another"))
    answer = office.post(reverse("admin:accounts_factorremoval_add"), {"phone": residents.ALICE, "reason": REASON})
    assert (answer.status_code, "нет кабинета" in answer.content.decode()) == (422, True)
    assert not FactorRemoval.objects.exists()
