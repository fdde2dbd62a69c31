"""What the suppliers publish: prices and offices."""

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing import queries
from billing.models import Tariff
from billing.views.residents import resident_of


@dataclass(frozen=True)
class Price:
    """A tariff with the supplier's own name of its scale."""

    tariff: Tariff
    scale: str


def _service(tariff: Tariff) -> tuple[str, str]:
    return tariff.supplier.name, tariff.get_service_display()


@require_safe
def tariff_list(request: HttpRequest) -> HttpResponse:
    """Prices in force today and, below, earlier and coming ones; of one's own suppliers, or of all before linking."""
    today = timezone.localdate()
    links = queries.get_links(resident_of(request))
    supplier_ids = sorted({link.account.supplier_id for link in links}) or [
        supplier.pk for supplier in queries.get_suppliers()
    ]
    names = queries.get_scale_names([link.account_id for link in links])
    tariffs = queries.get_tariff_history(supplier_ids)
    current = {tariff.pk for tariff in queries.get_tariffs(supplier_ids, today)}
    blocks = []
    for (supplier, service), group in groupby(tariffs, key=_service):
        rows = [Price(row, names.get((row.supplier_id, row.service, row.code), f"зона {row.code}")) for row in group]
        blocks.append(
            {
                "supplier": supplier,
                "service": service,
                "current": [row for row in rows if row.tariff.pk in current],
                "coming": [row for row in rows if row.tariff.valid_from > today],
                "former": [row for row in rows if row.tariff.valid_from <= today and row.tariff.pk not in current],
            }
        )
    return render(request, "billing/tariff_list.html", {"blocks": blocks, "today": today})


@require_safe
def branch_list(request: HttpRequest) -> HttpResponse:
    """Offices of the suppliers; one's own office first."""
    links = queries.get_links(resident_of(request))
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
