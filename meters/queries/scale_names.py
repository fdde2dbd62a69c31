"""What the supplier calls its scales, for pages of billing that know only their codes."""

from collections.abc import Collection

from meters.models import Installation

Key = tuple[int, str, str]


def get_scale_names(account_ids: Collection[int]) -> dict[Key, str]:
    """Names by (supplier id, service, code), out of the meters of these accounts (`settings.SCALE_NAMES`)."""
    rows = Installation.objects.filter(account_id__in=account_ids, meter__scales__isnull=False).values_list(
        "account__supplier_id", "account__service", "meter__scales__code", "meter__scales__name"
    )
    return {(supplier_id, service, code): name for supplier_id, service, code, name in rows.distinct()}
