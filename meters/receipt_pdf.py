"""A receipt to print: the PDF of a submission, and the short code by which staff tell it from a forgery."""

import json
from base64 import b32encode
from collections.abc import Sequence
from datetime import date, datetime
from hmac import compare_digest
from hmac import digest as make_digest
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.printing import keep_fine, print_pdf
from billing.calendar import name_day, name_month
from meters.history_rows import show_value
from meters.models import Submission, SubmissionValue
from meters.quantities import format_quantity
from meters.queries.submissions import OPEN, STANDING
from meters.verdicts import tell_submission

TEMPLATE = Path(__file__).parent / "pdf" / "receipt.typ"
CODE_LENGTH = 8
# Base32 of RFC 4648, put into Crockford's letters: none of I, L, O, U can be taken for another.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _LETTERS)
_LOOK_ALIKES = str.maketrans("OILUАВЕКМНОРСТХУЗ", "011VABEKMH0PCTXY3")


def make_code(submission: Submission) -> str:
    """«7KQ2-M9XD»: 8 characters no one can work out without the portal's key.

    Bound to what never changes of a submission: its number, account, meter, moment, and the values as typed, which
    must be loaded with their scales.
    """
    return _write_code(submission, settings.SECRET_KEY)


def is_code_of(submission: Submission, typed: str) -> bool:
    """Whether a code read off paper belongs to this receipt, printed under the present key or a former one."""
    code = normalise_code(typed)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(compare_digest(code, normalise_code(_write_code(submission, key))) for key in keys)


def normalise_code(typed: str) -> str:
    """Capital letters without dashes and spaces; look-alikes, Cyrillic ones too, become what was printed."""
    kept = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_LOOK_ALIKES)
    return kept.encode("ascii", "replace").decode()[: CODE_LENGTH * 4]


def print_receipt(submission: Submission, *, at: datetime) -> bytes:
    """The PDF (PDF/UA-1). Values, reviews, meter and account must be loaded; nothing is asked of the database."""
    return print_pdf(TEMPLATE, _describe(submission, at))


def _write_code(submission: Submission, key: str) -> str:
    values = sorted((value.scale.code, value.typed) for value in submission.values.all())
    said = [
        "meters.receipt",
        submission.receipt,
        str(submission.public_id),
        submission.account_id,
        submission.meter_id,
        submission.submitted_at.timestamp(),
        values,
    ]
    material = json.dumps(said, ensure_ascii=False).encode()
    code = b32encode(make_digest(key.encode(), material, "sha256")[:5]).decode().translate(_TO_LETTERS)
    return f"{code[:4]}-{code[4:]}"


def _describe(submission: Submission, at: datetime) -> dict[str, object]:
    account, meter = submission.account, submission.meter
    values: Sequence[SubmissionValue] = list(submission.values.all())
    facts = [
        ("Поставщик", account.supplier.name),
        ("Услуга", account.get_service_display()),
        ("Лицевой счёт", account.number),
        ("Счётчик", f"№ {meter.label}" + (f", {meter.model}" if meter.model else "")),
        ("Снято", _tell_day(submission.taken_on)),
    ]
    if submission.status in (*STANDING, *OPEN):
        facts.append(("Счёт", f"за {name_month(submission.period)} {submission.period.year}"))
    return {
        "title": f"Квитанция № {submission.receipt}",
        "heading": f"Квитанция № {submission.receipt}",
        "supplier": keep_fine(account.supplier.name),
        "accepted": f"Принято порталом {_tell_moment(submission.submitted_at)}",
        "facts": [{"label": label, "value": keep_fine(value)} for label, value in facts],
        "columns": ["Шкала", "Показание", "Расход"],
        "values": [
            {
                "scale": keep_fine(value.scale.name),
                "value": keep_fine(value.typed if value.value is None else show_value(value.value, meter)),
                "use": "—" if value.use is None else keep_fine(format_quantity(value.use, value.scale.unit)),
            }
            for value in values
        ],
        "state": tell_submission(submission).title,
        "state_on": f"На {_tell_moment(at)}. Состояние может измениться, свежее — на портале.",
        "code": make_code(submission),
        "code_help": "По номеру квитанции и этому коду сотрудник поставщика проверит, что её выдал портал.",
        "printed": f"Напечатано {_tell_moment(at)}",
    }


def _tell_day(day: date) -> str:
    return f"{name_day(day)} {day.year}"


def _tell_moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{name_day(local)} {local.year}, {local:%H:%M}"
