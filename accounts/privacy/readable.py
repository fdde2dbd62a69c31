"""The copy of personal data as a person reads it: a PDF with a heading for each kind of data."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import models

from accounts import phones
from accounts.models import User
from accounts.printing import keep_fine, print_pdf
from accounts.privacy import words
from accounts.privacy.personal_data import Part

TEMPLATE = Path(__file__).parents[1] / "pdf" / "my_data.typ"
MOST_ROWS = 500
MOST_COLUMNS = 6
LONGEST = 2000

Section = dict[str, object]


def print_copy(user: User, sections: Sequence[Section], *, at: datetime) -> bytes:
    """The PDF of sections made by `describe_part`."""
    profile = [
        ("Телефон", phones.format_phone(str(user.phone))),
        ("Почта", user.email),
        ("Имя", user.name),
        ("Кабинет создан", words.tell_value(user.created_at)),
    ]
    made = words.tell_value(at)
    facts = {
        "title": "Мои данные",
        "made": f"Собрано {made}",
        "profile": [{"name": name, "value": keep_fine(value)} for name, value in profile if value],
        "sections": list(sections),
    }
    return print_pdf(TEMPLATE, facts)


def describe_part(part: Part, rows: Sequence[models.Model]) -> Section | None:
    """A table when it is narrow, else a list of facts for each row; None when there is nothing to tell."""
    named = [(field, words.name_field(field)) for field in part.fields]
    shown = list(rows[-MOST_ROWS:])[::-1]
    told = [[keep_fine(words.tell_field(row, field)[:LONGEST]) for field, name in named if name] for row in shown]
    names = [keep_fine(_capitalise(name)) for _, name in named if name]
    filled = [index for index in range(len(names)) if any(row[index] for row in told)]
    if not filled:
        return None
    return {
        "title": keep_fine(_capitalise(part.title)),
        "columns": [names[index] for index in filled],
        "rows": [[row[index] for index in filled] for row in told],
        "is_table": len(filled) <= MOST_COLUMNS,
        "rest": f"Показаны последние {len(shown)} из {len(rows)}; все — в файле my-data.json."
        if len(rows) > len(shown)
        else "",
    }


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]
