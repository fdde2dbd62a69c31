from datetime import timedelta
from pathlib import Path

import pytest

from billing.models import Supplier
from exchange import applying, operations
from exchange.models import ImportRun
from tests.exchange.packages import CLEAN, write_package
from tests.factories import NOW

pytestmark = pytest.mark.django_db


class PowerCut(Exception):
    pass


def test_nothing_of_an_interrupted_package_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*args: object) -> None:
        raise PowerCut

    monkeypatch.setattr(applying, "write_installations", cut)

    with pytest.raises(PowerCut):
        operations.import_registry(write_package(tmp_path / "p", CLEAN), at=NOW)

    run = ImportRun.objects.get()
    assert (run.status, run.reason, run.supplier_code) == (ImportRun.Status.FAILED, "Загрузка прервана.", "psk")
    assert not Supplier.objects.exists()


def test_a_run_that_was_killed_is_closed_by_the_next_one(tmp_path: Path) -> None:
    killed = ImportRun.objects.create(supplier_code="psk", source="p", started_at=NOW - timedelta(hours=1))

    run = operations.import_registry(write_package(tmp_path / "p", CLEAN), at=NOW)

    killed.refresh_from_db()
    assert (killed.status, run.status) == (ImportRun.Status.FAILED, ImportRun.Status.APPLIED)
