"""What one of the staff may see: residents of the suppliers and branches given to him (security.md S16, T23).

Every page of the staff narrows its rows by one of these; a row outside is answered like a missing one.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.audit.kinds import Kind
from accounts.audit.recording import record_event
from accounts.models import User
from billing.models import Link, StaffScope, Supplier

Parts = tuple[tuple[int, str], ...]
# Not the empty Q: joined by "or" to another, that one would vanish.
EVERYTHING = Q(pk__isnull=False)


def within(staff: User, path_to_account: str = "account__") -> Q:
    """Rows of personal accounts in scope; `path_to_account` leads there, the empty one is the account itself."""
    parts = _get_parts(staff)
    if parts is None:
        return EVERYTHING
    scope = Q(pk__in=[])
    for supplier_id, prefix in parts:
        part = Q(**{f"{path_to_account}supplier_id": supplier_id})
        if prefix:
            part &= Q(**{f"{path_to_account}digits__startswith": prefix})
        scope |= part
    return scope


def within_suppliers(staff: User, path: str = "supplier_id") -> Q:
    """Rows that are a whole supplier's, as packages and batches are: only for those who serve all of it.

    `path` names a supplier's id, or `…__code`, or a field with the code itself (`supplier_code`).
    """
    parts = _get_parts(staff)
    if parts is None:
        return EVERYTHING
    whole = [supplier_id for supplier_id, prefix in parts if not prefix]
    if path.endswith("code"):
        return Q(**{f"{path}__in": Supplier.objects.filter(pk__in=whole).values("code")})
    return Q(**{f"{path}__in": whole})


def within_residents(staff: User, path: str = "pk") -> Q:
    """Users who have a personal account in scope; `path` names a user's id. Whoever works everywhere serves all."""
    if _get_parts(staff) is None:
        return EVERYTHING
    return Q(Exists(Link.objects.filter(within(staff), user=OuterRef(path), ended_at=None)))


def serves_whole(staff: User, supplier_code: str) -> bool:
    """Whether one serves all of a supplier, known or new."""
    parts = _get_parts(staff)
    if parts is None:
        return True
    whole = [supplier_id for supplier_id, prefix in parts if not prefix]
    return Supplier.objects.filter(pk__in=whole, code=supplier_code).exists()


def get_suppliers(staff: User, *, whole: bool = False) -> QuerySet[Supplier]:
    """Suppliers one works for, at least in part; with `whole` only those served in all branches."""
    parts = _get_parts(staff)
    suppliers = Supplier.objects.order_by("name")
    if parts is None:
        return suppliers
    return suppliers.filter(pk__in=[supplier_id for supplier_id, prefix in parts if not (whole and prefix)])


@transaction.atomic(durable=True)
def give_scope(*, staff: User, supplier: Supplier, prefix: str = "", by: User | None = None, at: datetime) -> bool:
    """Let one of the staff serve a supplier, or its accounts that begin so. False when that is so already."""
    values = {"given_by": by, "given_at": at}
    _, made = StaffScope.objects.get_or_create(staff=staff, supplier=supplier, prefix=prefix, defaults=values)
    if made:
        figures = {"what": "given", "supplier": supplier.pk, "is_whole": not prefix}
        record_event(Kind.STAFF_SCOPE, user=staff, staff=by, figures=figures, at=at)
    return made


@transaction.atomic(durable=True)
def take_scope(*, scope: StaffScope, by: User | None = None, at: datetime) -> None:
    """He serves it no more, from the next page on."""
    figures = {"what": "taken", "supplier": scope.supplier_id, "is_whole": not scope.prefix}
    record_event(Kind.STAFF_SCOPE, user=scope.staff_id, staff=by, figures=figures, at=at)
    scope.delete()


def _get_parts(staff: User) -> Parts | None:
    """None is everything. Asked once a request: the user object lives no longer."""
    if not hasattr(staff, "_scope_parts"):
        parts = None
        if not staff.has_perm("billing.work_everywhere"):
            parts = tuple(StaffScope.objects.filter(staff=staff).values_list("supplier_id", "prefix"))
        staff._scope_parts = parts  # type: ignore[attr-defined]
    return staff._scope_parts  # type: ignore[attr-defined,no-any-return]
