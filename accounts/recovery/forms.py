"""The shape of what shows whose the cabinet is."""

from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import User
from accounts.recovery import letters
from accounts.recovery.proofs import RecoveryProof, get_proofs


class WayForm(forms.Form):
    """Which way the person chooses; only those open to this resident."""

    way = forms.ChoiceField(
        label="Чем подтвердить",
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите, чем подтвердить"},
    )

    def __init__(self, *args: Any, ways: list[RecoveryProof], by_letter: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(way.code, way.label) for way in ways]
        if by_letter:
            choices.append((letters.BY, "Письмо на почту, которую вы подтверждали"))
        self.fields["way"].choices = choices  # type: ignore[attr-defined]
        self.fields["way"].initial = choices[0][0] if choices else None


class ProofForm(forms.Form):
    """The fields of one way."""

    marks_every_required = True

    def __init__(self, *args: Any, proof: RecoveryProof, **options: Any) -> None:
        super().__init__(*args, **options)
        self.proof = proof
        self.fields.update(proof.fields())


def get_open_ways(user: User) -> list[RecoveryProof]:
    return [proof for proof in get_proofs().values() if proof.is_open_to(user)]


def build_proof_forms(ways: list[RecoveryProof], data: QueryDict | None) -> list[ProofForm]:
    """One form for each way. Only the chosen one is judged."""
    chosen = data.get("way", "") if data else ""
    return [ProofForm(data if way.code == chosen else None, proof=way) for way in ways]
