"""What can be done with personal accounts, their links, groups and bill delivery."""

from billing.operations.delivery import (
    EmailNotConfirmed,
    choose_bill_delivery,
    may_withdraw,
    withdraw_bill_delivery,
)
from billing.operations.folding import CannotFold, fold_partitions
from billing.operations.groups import (
    GroupNameTaken,
    LastGroup,
    create_account_group,
    delete_account_group,
    rename_account_group,
)
from billing.operations.guessing import TooManyGuesses
from billing.operations.linking import (
    AlreadyLinked,
    Claim,
    NotProven,
    await_payment,
    link_personal_account,
)
from billing.operations.links import (
    LinkTooNew,
    UndoExpired,
    confirm_address,
    edit_link,
    end_later_link,
    end_link,
    mark_history_checked,
    mark_meter_checked,
    restore_link,
)
from billing.operations.news import NewestBills, get_newest_bills, promise_bill_news, tell_bill_news
from billing.operations.requests import forget_old_guesses, settle_link_requests, withdraw_link_request

__all__ = [
    "AlreadyLinked",
    "CannotFold",
    "Claim",
    "EmailNotConfirmed",
    "GroupNameTaken",
    "LastGroup",
    "LinkTooNew",
    "NewestBills",
    "NotProven",
    "TooManyGuesses",
    "UndoExpired",
    "await_payment",
    "choose_bill_delivery",
    "confirm_address",
    "create_account_group",
    "delete_account_group",
    "edit_link",
    "end_later_link",
    "end_link",
    "fold_partitions",
    "forget_old_guesses",
    "get_newest_bills",
    "link_personal_account",
    "mark_history_checked",
    "mark_meter_checked",
    "may_withdraw",
    "promise_bill_news",
    "rename_account_group",
    "restore_link",
    "settle_link_requests",
    "tell_bill_news",
    "withdraw_bill_delivery",
    "withdraw_link_request",
]
