"""The act of a deletion and the extract of the journal that goes with it (order 179 of Roskomnadzor, points 3-5)."""

from collections import Counter
from datetime import datetime

from django.apps import apps
from django.conf import settings

from accounts.models import CabinetDeletion, Consent
from accounts.privacy.holds import get_holds

BASIS = "Просьба самого субъекта персональных данных, срок на отмену истёк"
WAY = "Удаление из базы данных и хранилища файлов; оставшиеся записи обезличены"


def write_act(*, erased: Counter[str], held: Counter[str], extract: list[dict[str, str]]) -> dict[str, object]:
    """What went and what stayed, by kinds of data with numbers of rows. `erased` and `held` count by "app.Model"."""
    reasons = {hold.label: hold.reason for hold in get_holds()}
    return {
        "system": settings.PUBLIC_URL,
        "basis": BASIS,
        "way": WAY,
        "erased": [{"title": _title(label), "rows": rows} for label, rows in sorted(erased.items()) if rows],
        "held": [
            {"title": _title(label), "rows": rows, "reason": reasons[label]}
            for label, rows in sorted(held.items())
            if rows
        ],
        "extract": extract,
    }


def write_extract(deletion: CabinetDeletion) -> list[dict[str, str]]:
    """Events of the cabinet, without contacts: moments in ISO 8601."""
    moments: list[tuple[datetime | None, str]] = [
        (deletion.user.created_at, "кабинет создан"),
        (deletion.requested_at, "житель попросил удалить кабинет"),
        (deletion.reminded_at, "напомнили об удалении"),
        (deletion.erased_at, "данные уничтожены"),
    ]
    decided = Consent.objects.filter(user=deletion.user).select_related("document")
    moments += [(row.decided_at, f"{row.document}: {'да' if row.given else 'нет'}") for row in decided]
    told = sorted((moment, what) for moment, what in moments if moment is not None)
    return [{"at": moment.isoformat(), "what": what} for moment, what in told]


def _title(label: str) -> str:
    return str(apps.get_model(label)._meta.verbose_name_plural)
