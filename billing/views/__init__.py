"""Pages of billing, one module per subject."""

from billing.views.accounts import account_detail, account_list, link_check
from billing.views.bills import bill_detail, bill_list, payment_list, payment_overview
from billing.views.groups import group_create, group_delete, group_edit
from billing.views.linking import link_confirm, link_create, link_request_withdraw
from billing.views.links import delivery_edit, delivery_withdraw, holder_end, link_edit, link_end, link_restore
from billing.views.reference import branch_list, tariff_list

__all__ = [
    "account_detail",
    "account_list",
    "bill_detail",
    "bill_list",
    "branch_list",
    "delivery_edit",
    "delivery_withdraw",
    "group_create",
    "group_delete",
    "group_edit",
    "holder_end",
    "link_check",
    "link_confirm",
    "link_create",
    "link_edit",
    "link_end",
    "link_request_withdraw",
    "link_restore",
    "payment_list",
    "payment_overview",
    "tariff_list",
]
