"""How a person shows to be the one whose cabinet it was (security.md T11). Higher floors bring ways of their own.

`settings.RECOVERY_PROOFS` lists dotted paths of classes that look like `RecoveryProof`. The first is offered first.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.operations.refusals import AccountsError


class NotRecognised(AccountsError):
    """One text whatever was wrong, so that nothing is learned of what is hidden."""

    def __init__(self) -> None:
        super().__init__(
            "Не сошлось. Проверьте, что вписали, или выберите другой способ: прежние данные никуда не денутся."
        )


class RecoveryProof(Protocol):
    """One way to be recognised."""

    code: str
    label: str
    hint: str

    def is_open_to(self, user: User) -> bool:
        """Whether this resident has what this way asks for, of the time before the hidden past ends."""

    def fields(self) -> dict[str, forms.Field]:
        """Fields by name; names must differ from other proofs'."""

    def recognise(self, user: User, data: Mapping[str, Any], *, network_address: str, at: datetime) -> datetime | None:
        """Since when the cabinet has known the one who types these cleaned values; None when they do not agree.

        Counts its wrong attempts itself, in a transaction of its own. Raises AccountsError when there were too many.
        """


def get_proofs() -> dict[str, RecoveryProof]:
    """The ways this portal knows, by code, in the order of the setting."""
    return _load_proofs(tuple(settings.RECOVERY_PROOFS))


@lru_cache(maxsize=4)
def _load_proofs(paths: tuple[str, ...]) -> dict[str, RecoveryProof]:
    loaded: list[RecoveryProof] = [import_string(path)() for path in paths]
    return {proof.code: proof for proof in loaded}
