"""What stays when a cabinet is deleted, and why (security.md P3). Whatever is not named here goes.

Each floor names its own rows; `settings.HELD_AFTER_DELETION` lists where.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Hold:
    """Rows that stay without the person. `label` is "app.Model"; `blanks` are the columns that are emptied.

    `told` is what the resident reads about it before he decides; machinery says nothing.
    """

    label: str
    reason: str
    told: str = ""
    blanks: Mapping[str, object] = field(default_factory=dict)

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name_plural)


HOLDS = (
    Hold(
        "accounts.SecurityEvent",
        "журнал безопасности: только дописывается, через год удаляется (152-ФЗ, ст. 19)",
        told="Журнал безопасности: когда и откуда входили. Без телефона, год.",
    ),
    Hold(
        "accounts.Consent",
        "доказательство согласия, три года (152-ФЗ, ст. 9 ч. 3)",
        told="Записи о том, что вы разрешали и когда отозвали: без телефона и адресов, три года.",
        blanks={"network_address": None, "user_agent": ""},
    ),
    Hold(
        "accounts.CabinetDeletion",
        "акт об уничтожении, три года (приказ Роскомнадзора № 179)",
        told="Акт о том, что кабинет удалён: в нём нет ваших данных, три года.",
    ),
)


def get_holds() -> Sequence[Hold]:
    """Of every floor."""
    return [hold for path in settings.HELD_AFTER_DELETION for hold in import_string(path)]
