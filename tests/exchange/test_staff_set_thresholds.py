"""Staff say from how much on packages of a supplier are held, and why; the newest word holds."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.audit.kinds import Kind
from accounts.audit.models import SecurityEvent
from accounts.models import User
from billing import staff_scope
from billing.models import Supplier
from exchange.gate_models import GateThreshold
from exchange.models import ImportRun
from exchange.operations import import_registry
from exchange.thresholds import USUAL, Threshold, get_thresholds
from tests.exchange.packages import write_package
from tests.exchange.test_stops_at_the_gate import write_files
from tests.factories import NOW, SupplierFactory
from tests.pages import PageClient

pytestmark = pytest.mark.django_db
ADD, LIST = reverse("admin:exchange_gatethreshold_add"), reverse("admin:exchange_gatethreshold_changelist")


@pytest.fixture
def supplier(tmp_path: Path) -> Supplier:
    import_registry(write_package(tmp_path / "standing", write_files()), at=NOW)
    return Supplier.objects.get()


def decide(client: Client, supplier: Supplier, **said: str) -> str:
    values = {"supplier": supplier.pk, "code": "renamed_scales", "percent": "100", "least": "5", "reason": "Переезд."}
    return client.post(ADD, values | said, follow=True).text


def test_what_staff_let_pass_passes(as_staff: Client, staff: User, supplier: Supplier, tmp_path: Path) -> None:
    decide(as_staff, supplier)

    run = import_registry(write_package(tmp_path / "later", write_files(name="Ночь")), at=NOW)

    assert run.status == ImportRun.Status.APPLIED
    row = GateThreshold.objects.get()
    assert (row.staff, row.share, row.reason) == (staff, 1, "Переезд.")
    assert SecurityEvent.objects.filter(kind=Kind.STAFF_DECISION).count() == 1


def test_the_newest_word_holds_and_the_page_of_the_package_says_it(
    as_staff: Client, supplier: Supplier, tmp_path: Path
) -> None:
    decide(as_staff, supplier)
    decide(as_staff, supplier, percent="0,5", least="1")

    run = import_registry(write_package(tmp_path / "later", write_files(name="Ночь")), at=NOW)

    assert run.status == ImportRun.Status.HELD
    page = as_staff.get(reverse("admin:exchange_importrun_change", args=[run.pk])).text.replace("\u00a0", " ")
    assert "Задерживаем, когда таких больше 0,5 %, не меньше 1." in page


READINGS_OF_NO_DAY = "".join(f"R1;1;2026-13-{day:02};1;actual;resident\n" for day in range(20))
TRIPPING: dict[str, dict[str, str | bytes]] = {
    "changed_addresses": write_files(address="другой город, {0}"),
    "changed_els": write_files(els="Z{0}"),
    "vanished_meters": write_files(homes=range(1, 6)),
    "moved_meters": write_files(account="018\\00000001"),
    "vanished_scales": write_files(code="2"),
    "renamed_scales": write_files(name="Ночь"),
    "backward_readings": write_files(readings=("2026-10-20;150",)),
    "rejects": write_files() | {"readings.csv": str(write_files()["readings.csv"]) + READINGS_OF_NO_DAY},
}
"""A package for each comparison of the gate that makes it hold."""


@pytest.mark.parametrize("code", [*USUAL])
def test_whatever_the_gate_compares_staff_say_from_how_much_on(
    as_staff: Client, supplier: Supplier, tmp_path: Path, code: str
) -> None:
    package = write_package(tmp_path / "later", TRIPPING[code])
    held = import_registry(package, at=NOW)
    assert (held.status, [hold["code"] for hold in held.holds]) == (ImportRun.Status.HELD, [code])

    decide(as_staff, supplier, code=code, percent="100")

    assert import_registry(package, at=NOW).status == ImportRun.Status.APPLIED


def test_another_supplier_keeps_the_usual_ones(as_staff: Client, supplier: Supplier) -> None:
    decide(as_staff, supplier)

    assert get_thresholds("water") == USUAL
    assert get_thresholds("psk")["renamed_scales"] == Threshold(USUAL["rejects"].share * 20, 5)


def test_staff_speak_louder_than_the_settings(as_staff: Client, supplier: Supplier, settings: Any) -> None:
    settings.REGISTRY_GATE = {"psk": {"renamed_scales": {"share": "0.5"}, "rejects": {"least": 7}}}
    decide(as_staff, supplier, percent="3")

    thresholds = get_thresholds("psk")
    assert (str(thresholds["renamed_scales"].share), thresholds["rejects"].least) == ("0.0300", 7)


def test_the_list_shows_what_holds_now(as_staff: Client, supplier: Supplier) -> None:
    decide(as_staff, supplier, percent="12,5", least="9")

    page = as_staff.get(LIST).text.replace("\u00a0", " ")
    assert "12,5 %, не меньше 9" in page
    assert "5 %, не меньше 20" in page
    assert "Переезд." in page
    assert as_staff.get(reverse("admin:exchange_gatethreshold_change", args=[1000])).status_code == 302
    assert as_staff.get(reverse("admin:exchange_gatethreshold_change", args=[GateThreshold.objects.get().pk])).text


@pytest.mark.parametrize("said", [{"percent": "101"}, {"percent": "-1"}, {"least": "0"}, {"reason": ""}, {"code": "x"}])
def test_a_word_that_makes_no_sense_is_not_written(as_staff: Client, supplier: Supplier, said: dict[str, str]) -> None:
    decide(as_staff, supplier, **said)

    assert not GateThreshold.objects.exists()


def test_what_was_decided_is_neither_changed_nor_deleted(as_staff: Client, supplier: Supplier) -> None:
    decide(as_staff, supplier)
    row = GateThreshold.objects.get()

    assert as_staff.post(reverse("admin:exchange_gatethreshold_change", args=[row.pk]), {"least": 1}).status_code == 403
    assert (
        as_staff.post(reverse("admin:exchange_gatethreshold_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    )


def test_who_serves_another_supplier_sees_and_sets_nothing(
    as_staff: Client, staff: User, supplier: Supplier, tmp_path: Path
) -> None:
    decide(as_staff, supplier)
    User.objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.groups.add(Group.objects.get(name="Старший"))
    staff.user_permissions.add(Permission.objects.get(codename="add_gatethreshold"))
    staff_scope.give_scope(staff=staff, supplier=SupplierFactory(code="water", name="Вода"), at=NOW)

    page = as_staff.get(LIST).text

    assert "Вода" in page
    assert "Переезд." not in page
    decide(as_staff, supplier)
    assert GateThreshold.objects.count() == 1


def test_residents_set_nothing(as_alice: PageClient, supplier: Supplier) -> None:
    assert as_alice.post(ADD, {}).status_code == 302
    assert not GateThreshold.objects.exists()
