# ruff: noqa: S608 (names of tables and columns are constants of the code)
"""What the reconciliation of a supplier and a month counts, in SQL: each figure is a set of rows that can be looked at.

In a source `:supplier` is the primary key of the supplier and `:period` the first day of the month. Rows are shown as
(key, place, account, what, said): `key` orders them and `place` is the row of the staff's page they lead to.
"""

from dataclasses import dataclass

from meters.models import Submission

ACCOUNTS, METERS, SUBMISSIONS, BILLS = (
    "billing_personalaccount",
    "meters_meter",
    "meters_submission",
    "billing_bill",
)


@dataclass(frozen=True)
class Figure:
    """`group` is the heading it stands under; `is_part` of the figure above it; `is_trouble` when not nought."""

    code: str
    title: str
    group: str
    source: str
    shown: str
    leads_to: str
    is_part: bool = False
    is_trouble: bool = False

    @property
    def count(self) -> str:
        return _bind(f"SELECT count(*) {self.source}")

    @property
    def page(self) -> str:
        """The next `%(limit)s` rows after the key `%(after)s`."""
        key = self.shown.split(",", 1)[0]
        return _bind(f"SELECT {self.shown} {self.source} AND {key} > %(after)s ORDER BY {key} LIMIT %(limit)s")


def _bind(statement: str) -> str:
    return statement.replace(":supplier", "%(supplier)s").replace(":period", "%(period)s")


_ACCOUNT = ("account.id", "account.id", "account.number", "account.service", "account.status")
_OF_SUPPLIER = "FROM billing_personalaccount account WHERE account.supplier_id = :supplier"
_PRESENT = (
    "FROM meters_installation i JOIN billing_personalaccount account ON account.id = i.account_id "
    "JOIN meters_meter meter ON meter.id = i.meter_id "
    "WHERE account.supplier_id = :supplier AND i.removed_on IS NULL AND meter.status <> 'removed'"
)
_SENT = (
    "FROM meters_submission s JOIN billing_personalaccount account ON account.id = s.account_id "
    "JOIN meters_meter meter ON meter.id = s.meter_id "
    "WHERE account.supplier_id = :supplier AND s.period = :period"
)
_HANDED = (
    "FROM exchange_exportedsubmission e JOIN exchange_exportbatch batch ON batch.id = e.batch_id "
    "JOIN meters_submission s ON s.id = e.submission_id "
    "JOIN billing_personalaccount account ON account.id = s.account_id "
    "WHERE batch.supplier_id = :supplier AND batch.period = :period"
)
_BILL_IS_HERE = "EXISTS (SELECT 1 FROM billing_bill b WHERE b.account_id = s.account_id AND b.period = s.period)"
_STANDS_UNBILLED = f"{_SENT} AND s.status IN ('accepted', 'handed_over') AND s.billed_otherwise IS NULL"


def _show(*cells: str) -> str:
    return ", ".join(cells)


_SHOW_ACCOUNT = _show(*_ACCOUNT)
_SHOW_METER = _show("i.id", "meter.id", "account.number", "meter.registration", "meter.serial || ' ' || meter.model")
_SHOW_SENT = _show(
    "s.id", "s.id", "account.number", "s.receipt", "coalesce(nullif(meter.serial, ''), meter.registration)"
)
_SHOW_OTHERWISE = _show(
    "s.id",
    "s.id",
    "account.number",
    "s.receipt",
    "(SELECT string_agg((x ->> 'name') || ': ' || (x ->> 'sent') || ' → ' || (x ->> 'billed'), '; ') "
    "FROM jsonb_array_elements(s.billed_otherwise -> 'scales') x)",
)
_SHOW_HANDED = _show("e.id", "s.id", "account.number", "s.receipt", "e.reason")

_STATES = (
    Submission.Status.SUBMITTED,
    Submission.Status.NEEDS_CONFIRMATION,
    Submission.Status.ACCEPTED,
    Submission.Status.HANDED_OVER,
    Submission.Status.BILLED,
    Submission.Status.REFUSED,
    Submission.Status.SUPERSEDED,
    Submission.Status.WITHDRAWN,
)
_FACTS, _SUBMISSIONS, _HAND_OVER, _IN_BILLS = "Лицевые счета и приборы", "Передачи показаний", "Выгрузка", "В счетах"

FIGURES = (
    Figure("accounts", "Лицевые счета", _FACTS, _OF_SUPPLIER, _SHOW_ACCOUNT, ACCOUNTS),
    Figure(
        "accounts_without_meter",
        "действуют, а прибора учёта нет",
        _FACTS,
        f"{_OF_SUPPLIER} AND account.status = 'active' AND NOT EXISTS (SELECT 1 FROM meters_installation i "
        "WHERE i.account_id = account.id AND i.removed_on IS NULL)",
        _SHOW_ACCOUNT,
        ACCOUNTS,
        is_part=True,
        is_trouble=True,
    ),
    Figure("meters", "Приборы учёта, которые стоят сейчас", _FACTS, _PRESENT, _SHOW_METER, METERS),
    Figure(
        "meters_without_data",
        "без номера или модели",
        _FACTS,
        f"{_PRESENT} AND (meter.serial = '' OR meter.model = '')",
        _SHOW_METER,
        METERS,
        is_part=True,
        is_trouble=True,
    ),
    Figure(
        "meters_without_scales",
        "без шкал",
        _FACTS,
        f"{_PRESENT} AND NOT EXISTS (SELECT 1 FROM meters_scale scale WHERE scale.meter_id = meter.id)",
        _SHOW_METER,
        METERS,
        is_part=True,
        is_trouble=True,
    ),
    Figure("submissions", "Всего", _SUBMISSIONS, _SENT, _SHOW_SENT, SUBMISSIONS),
    *(
        Figure(
            f"submissions_{state}",
            "ждёт ответа жителя" if state == Submission.Status.NEEDS_CONFIRMATION else str(state.label),
            _SUBMISSIONS,
            f"{_SENT} AND s.status = '{state}'",
            _SHOW_SENT,
            SUBMISSIONS,
            is_part=True,
        )
        for state in _STATES
    ),
    Figure(
        "submissions_for_staff",
        "Ждут решения сотрудника",
        _SUBMISSIONS,
        f"{_SENT} AND s.needs_review",
        _SHOW_SENT,
        SUBMISSIONS,
        is_trouble=True,
    ),
    Figure("handed_over", "Выгружено", _HAND_OVER, _HANDED, _SHOW_HANDED, SUBMISSIONS),
    *(
        Figure(
            f"handed_over_{code}",
            title,
            _HAND_OVER,
            f"{_HANDED} AND e.status = '{code}'",
            _SHOW_HANDED,
            SUBMISSIONS,
            is_part=True,
            is_trouble=code == "refused",
        )
        for code, title in (("acknowledged", "подтверждено"), ("refused", "не принято"), ("sent", "без ответа"))
    ),
    Figure(
        "bills",
        "Счета за этот месяц",
        _IN_BILLS,
        "FROM billing_bill bill JOIN billing_personalaccount account ON account.id = bill.account_id "
        "WHERE bill.supplier_id = :supplier AND bill.period = :period",
        _show("bill.id", "bill.id", "account.number", "bill.number", "bill.amount_due::text"),
        BILLS,
    ),
    Figure(
        "billed_as_sent",
        "Показания учтены, как переданы",
        _IN_BILLS,
        f"{_SENT} AND s.status = 'billed'",
        _SHOW_SENT,
        SUBMISSIONS,
    ),
    Figure(
        "billed_otherwise",
        "В счёте другое значение",
        _IN_BILLS,
        f"{_SENT} AND s.billed_otherwise IS NOT NULL AND s.status IN ('accepted', 'handed_over')",
        _SHOW_OTHERWISE,
        SUBMISSIONS,
        is_trouble=True,
    ),
    Figure(
        "not_billed",
        "Счёт пришёл, а показаний в нём нет",
        _IN_BILLS,
        f"{_STANDS_UNBILLED} AND {_BILL_IS_HERE}",
        _SHOW_SENT,
        SUBMISSIONS,
        is_trouble=True,
    ),
    Figure(
        "awaits_bill",
        "Счёт ещё не пришёл",
        _IN_BILLS,
        f"{_STANDS_UNBILLED} AND NOT {_BILL_IS_HERE}",
        _SHOW_SENT,
        SUBMISSIONS,
    ),
)
BY_CODE = {figure.code: figure for figure in FIGURES}
