"""Staff see the residents of their supplier and branch, and nobody else's (security.md S16, T23)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing.models import Bill, Link, Payment, StaffScope, Supplier
from billing.staff_scope import give_scope, take_scope
from exchange.models import Arrival, ExportBatch, ImportRun, Reconciliation
from meters.models import Meter, Reading
from support.models import ErrorReport
from tests import factories, residents
from tests.audit.test_every_kind import write_report
from tests.offices import open_office
from tests.pages import PageClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(as_alice: PageClient, alices_flat: Link) -> ErrorReport:
    return write_report(as_alice, alices_flat)


@pytest.fixture
def supplier(alices_flat: Link) -> Supplier:
    return alices_flat.account.supplier


@pytest.fixture
def rooms(alices_flat: Link, report: ErrorReport, supplier: Supplier) -> dict[str, int]:
    """A row of Алиса in every room of the staff."""
    run = ImportRun.objects.create(
        supplier_code=supplier.code, status=ImportRun.Status.APPLIED, source="x", started_at=timezone.now()
    )
    batch = ExportBatch.objects.create(
        supplier=supplier, number=1, period=timezone.localdate().replace(day=1), created_at=timezone.now()
    )
    arrival = Arrival.objects.create(
        name="x.zip",
        supplier_code=supplier.code,
        way=Arrival.Way.UPLOAD,
        received_at=timezone.now(),
        next_try_at=timezone.now(),
    )
    month = timezone.localdate().replace(day=1)
    reconciliation = Reconciliation.objects.create(supplier=supplier, period=month, wanted_at=timezone.now())
    return {
        "exchange_arrival": arrival.pk,
        "exchange_reconciliation": reconciliation.pk,
        "billing_personalaccount": alices_flat.account_id,
        "billing_link": alices_flat.pk,
        "billing_bill": Bill.objects.get().pk,
        "billing_payment": Payment.objects.get().pk,
        "billing_branch": report.branch_id or 0,
        "billing_supplier": supplier.pk,
        "meters_meter": Meter.objects.get().pk,
        "meters_reading": Reading.objects.first().pk,  # type: ignore[union-attr]
        "support_errorreport": report.pk,
        "exchange_importrun": run.pk,
        "exchange_exportbatch": batch.pk,
    }


WHOLE_ONLY = {"exchange_importrun", "exchange_exportbatch", "exchange_arrival", "exchange_reconciliation"}
SUPPLIERS_OWN = {"billing_supplier", "billing_branch"}


def make_member(role: str, *scopes: tuple[Supplier, str]) -> User:
    user = factories.UserFactory(phone="+79005550188", name="Пётр", is_staff=True)
    user.groups.set([Group.objects.get(name=role)])
    from django.contrib.auth.models import Permission

    for codename in ("view_exportbatch", "view_importrun", "view_arrival", "view_reconciliation"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    for supplier, prefix in scopes:
        give_scope(staff=user, supplier=supplier, prefix=prefix, at=timezone.now())
    return user


def see(user: User, rooms: dict[str, int]) -> set[str]:
    """Rooms in which the row opens. What does not is answered like a missing row, by page and by list."""
    office = open_office(user)
    seen = set()
    for room, pk in rooms.items():
        row, missing = (office.get(reverse(f"admin:{room}_change", args=[number])) for number in (pk, pk + 999_999))
        assert row.status_code == 200 or row.status_code == missing.status_code, room
        listed = office.get(reverse(f"admin:{room}_changelist")).context["cl"].queryset
        assert listed.filter(pk=pk).exists() == (row.status_code == 200), room
        if row.status_code == 200:
            seen.add(room)
    return seen


def test_without_a_scope_one_sees_nobody(rooms: dict[str, int]) -> None:
    assert see(make_member("Старший"), rooms) == set()


def test_of_a_whole_supplier_everything(rooms: dict[str, int], supplier: Supplier) -> None:
    assert see(make_member("Старший", (supplier, "")), rooms) == set(rooms)


def test_of_a_branch_its_accounts_but_no_packages(rooms: dict[str, int], supplier: Supplier) -> None:
    assert see(make_member("Старший", (supplier, "018")), rooms) == set(rooms) - WHOLE_ONLY


def test_of_another_branch_of_the_supplier_no_account(rooms: dict[str, int], supplier: Supplier) -> None:
    assert see(make_member("Старший", (supplier, "777")), rooms) == SUPPLIERS_OWN


def test_of_another_supplier_nothing(rooms: dict[str, int]) -> None:
    other = factories.SupplierFactory(code="other", name="Другой")
    assert see(make_member("Старший", (other, "")), rooms) == set()


def test_an_administrator_needs_none(rooms: dict[str, int]) -> None:
    assert see(make_member("Администратор"), rooms) == set(rooms)


def test_a_deed_on_anothers_report_finds_nothing(report: ErrorReport) -> None:
    office = open_office(make_member("Старший"))
    for deed in ("take", "answer", "resolve", "decline"):
        address = reverse(f"admin:support_errorreport_{deed}", args=[report.pk])
        assert office.post(address, {"text": "Ответ", "close-text": "Так"}).status_code == 404
    assert ErrorReport.objects.get().assigned_to is None


def test_the_last_scope_taken_closes_the_next_page(alices_flat: Link, supplier: Supplier) -> None:
    user = make_member("Оператор", (supplier, ""))
    office, address = open_office(user), reverse("admin:billing_link_change", args=[alices_flat.pk])
    assert office.get(address).status_code == 200
    take_scope(scope=StaffScope.objects.get(), at=timezone.now())
    assert office.get(address).status_code == 302


class TestGivingScopes:
    def test_the_administrator_gives_and_takes_on_a_page(self, supplier: Supplier) -> None:
        member = make_member("Оператор")
        chief = factories.UserFactory(phone="+79005550189", name="Анна", is_staff=True)
        chief.groups.set([Group.objects.get(name="Администратор")])
        office = open_office(chief)
        typed = {"staff": member.pk, "supplier": supplier.pk, "begins_with": "01-8"}
        assert office.get(reverse("admin:billing_staffscope_add")).status_code == 200
        assert office.post(reverse("admin:billing_staffscope_add"), {"staff": ""}).status_code == 422
        assert office.post(reverse("admin:billing_staffscope_add"), typed).status_code == 302
        scope = StaffScope.objects.get()
        assert (scope.staff, scope.prefix, scope.given_by) == (member, "018", chief)
        assert "начинаются с 018" in office.get(reverse("admin:billing_staffscope_changelist")).content.decode()
        address = reverse("admin:billing_staffscope_delete", args=[scope.pk])
        assert "больше не увидит" in office.get(address).content.decode()
        office.post(address)
        assert not StaffScope.objects.exists()
        told = SecurityEvent.objects.filter(kind=Kind.STAFF_SCOPE, user=member, staff=chief).order_by("pk")
        assert [event.figures["what"] for event in told] == ["given", "taken"]

    @pytest.mark.parametrize("role", ["Оператор", "Старший"])
    def test_nobody_else_may(self, role: str) -> None:
        office = open_office(make_member(role))
        for name in ("changelist", "add"):
            assert office.get(reverse(f"admin:billing_staffscope_{name}")).status_code == 403

    def test_the_command_gives_them_with_the_role(self, supplier: Supplier) -> None:
        serves = ["--serves", f"{supplier.code}:018", "--serves", supplier.code]
        call_command("add_staff", residents.CHARLIE, "--name", "Инна", "--role", "Оператор", *serves)
        assert sorted(StaffScope.objects.values_list("prefix", flat=True)) == ["", "018"]
        with pytest.raises(CommandError, match="no such supplier"):
            call_command("add_staff", residents.BORIS, "--name", "Инна", "--role", "Оператор", "--serves", "nobody")


def test_no_page_lets_staff_set_a_password_or_a_phone(staff: User) -> None:
    """ASVS 6.4.6: even the highest of the staff finds no form with them."""
    from django.contrib import admin

    office = open_office(staff)
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        answer = office.get(reverse(f"{name}_add"))
        if answer.status_code == 200:
            text = answer.content.decode()
            assert 'type="password"' not in text, name
            assert 'name="phone"' not in text or model._meta.model_name in {
                "phonerelease",
                "factorremoval",
                "branch",
            }, name
        assert User is not model, model_admin


def test_views_are_counted_for_an_hour(alices_flat: Link, staff: User, settings: object) -> None:
    settings.STAFF_VIEWS_PER_HOUR = 3  # type: ignore[attr-defined]
    office = open_office(staff)
    address = reverse("admin:billing_link_change", args=[alices_flat.pk])
    office.post(address, {"why-template": "call"})
    for _ in range(3):
        office.get(address)
    assert not SecurityEvent.objects.filter(kind=Kind.ALARM).exists()
    office.get(address)
    office.get(address)
    alarm = SecurityEvent.objects.get(kind=Kind.ALARM)
    assert (alarm.staff, alarm.figures["what"]) == (staff, "staff_views")
    assert alarm.happened_at > timezone.now() - timedelta(minutes=1)
