"""What the suppliers publish: prices and offices."""

from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from billing import queries
from billing.models import Link, Tariff


@dataclass(frozen=True)
class Price:
    """A tariff with the supplier's own name of its scale. `is_foreign`: no meter of the reader's has that scale."""

    tariff: Tariff
    scale: str
    is_foreign: bool


def _service(tariff: Tariff) -> tuple[str, str]:
    return tariff.supplier.name, tariff.get_service_display()


def _name_scales(tariffs: list[Tariff], names: dict[tuple[int, str, str], str]) -> list[Price]:
    """Codes are the supplier's and mean nothing to a resident: they are told only where there is no name."""
    known = [names.get((tariff.supplier_id, tariff.service, tariff.code)) for tariff in tariffs]
    only = len({tariff.code for tariff in tariffs}) == 1
    return [
        Price(tariff, name or ("одна цена" if only else f"шкала {tariff.code}"), any(known) and not name)
        for tariff, name in zip(tariffs, known, strict=True)
    ]


@login_not_required
@require_safe
def tariff_list(request: HttpRequest) -> HttpResponse:
    """Prices in force today, coming and earlier ones; of one's own suppliers and services, or of all before linking."""
    today = timezone.localdate()
    links = _own_links(request)
    supplier_ids = sorted({link.account.supplier_id for link in links}) or [
        supplier.pk for supplier in queries.get_suppliers()
    ]
    names = queries.get_scale_names([link.account_id for link in links])
    own = {(link.account.supplier_id, link.account.service) for link in links}
    tariffs = [
        tariff
        for tariff in queries.get_tariff_history(supplier_ids)
        if not own or (tariff.supplier_id, tariff.service) in own
    ]
    current = {tariff.pk for tariff in queries.get_tariffs(supplier_ids, today)}
    blocks = []
    for (supplier, service), group in groupby(tariffs, key=_service):
        rows = _name_scales(list(group), names)
        today_rows = [row for row in rows if row.tariff.pk in current]
        blocks.append(
            {
                "supplier": supplier,
                "service": service,
                "current": [row for row in today_rows if not row.is_foreign],
                "others": [row for row in today_rows if row.is_foreign],
                "coming": [row for row in rows if row.tariff.valid_from > today],
                "former": [row for row in rows if row.tariff.valid_from <= today and row.tariff.pk not in current],
            }
        )
    return render(request, "billing/tariff_list.html", {"blocks": blocks, "today": today})


@login_not_required
@require_safe
def branch_list(request: HttpRequest) -> HttpResponse:
    """Offices of the suppliers; one's own office first."""
    links = _own_links(request)
    branches = queries.get_branches([supplier.pk for supplier in queries.get_suppliers()])
    own: dict[int, list[str]] = {}
    for link in links:
        branch = queries.choose_branch(link.account, branches)
        if branch:
            own.setdefault(branch.pk, []).append(link.title)
    rows = [{"branch": branch, "titles": own.get(branch.pk, [])} for branch in branches]
    return render(
        request,
        "billing/branch_list.html",
        {
            "own": [row for row in rows if row["titles"]],
            "others": [row for row in rows if not row["titles"]],
        },
    )


def _own_links(request: HttpRequest) -> list[Link]:
    """Of a resident; a stranger who looks for an office has none."""
    return queries.get_links(request.user) if isinstance(request.user, User) else []
