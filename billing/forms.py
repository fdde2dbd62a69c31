"""Shapes of what a resident types about personal accounts."""

from typing import Any

from django import forms
from django.http import QueryDict

from billing import account_numbers
from billing.models import AccountGroup, BillDelivery, Service, Supplier
from billing.models.links import DEFAULT_GROUP
from billing.proofs import LinkProof, get_proofs

NEW_GROUP = "new"
"""Stands for «Моя группа» while the resident has no group yet: looking at a form makes none."""


def squeeze(text: str) -> str:
    """One space where people leave several."""
    return " ".join(text.split())


class LinkForm(forms.Form):
    """«Новый лицевой счёт». The fields of the proofs are forms of their own, see `build_proof_forms`."""

    supplier = forms.ModelChoiceField(
        label="Поставщик",
        queryset=Supplier.objects.none(),
        empty_label="Выберите поставщика",
        help_text="Кто присылает счёт: название стоит вверху квитанции.",
        error_messages={"required": "Выберите, кто присылает вам счёт"},
    )
    service = forms.ChoiceField(label="Услуга", choices=Service.choices, initial=Service.ELECTRICITY, required=False)
    number = forms.CharField(
        label="Номер лицевого счёта",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={"required": "Впишите номер лицевого счёта"},
    )
    proof = forms.ChoiceField(label="Чем подтвердить", widget=forms.RadioSelect)
    alias = forms.CharField(
        label="Псевдоним",
        max_length=60,
        required=False,
        help_text="Как вы его называете: «Квартира», «Дача у мамы». Видно только вам.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    group = forms.ChoiceField(label="Группа", help_text="Группы помогают держать дом и дачу порознь.")

    def __init__(self, *args: Any, groups: list[AccountGroup], suppliers: list[Supplier], **options: Any) -> None:
        super().__init__(*args, **options)
        proofs = get_proofs()
        self.fields["proof"].choices = [(proof.code, proof.label) for proof in proofs.values()]  # type: ignore[attr-defined]
        self.fields["proof"].initial = next(iter(proofs))
        self.fields["group"].choices = [(str(group.pk), group.name) for group in groups] or [  # type: ignore[attr-defined]
            (NEW_GROUP, DEFAULT_GROUP)
        ]
        if groups and self.data.get("group") == NEW_GROUP:
            # Sent twice: the group was made by the first of the two.
            self.data = {**dict(self.data.items()), "group": str(groups[0].pk)}
        supplier = self.fields["supplier"]
        supplier.queryset = Supplier.objects.order_by("name")  # type: ignore[attr-defined]
        if len(suppliers) == 1:
            supplier.initial = suppliers[0]
            supplier.empty_label = None  # type: ignore[attr-defined]
        examples = [(row.number_example, row.name) for row in suppliers if row.number_example]
        self.fields["number"].help_text = "Он напечатан вверху счёта" + (
            ", выглядит так: " + "; ".join(f"{example} ({name})" for example, name in examples) + "."
            if examples
            else "."
        )

    def clean_alias(self) -> str:
        return squeeze(self.cleaned_data["alias"])

    def clean(self) -> dict[str, Any]:
        """Adds `digits`. A number that cannot be this supplier's is told so at once and is no guess."""
        cleaned = super().clean() or self.cleaned_data
        supplier, number = cleaned.get("supplier"), cleaned.get("number")
        if supplier and number:
            try:
                cleaned["digits"] = account_numbers.check_number(
                    number, supplier.number_pattern, supplier.number_example
                )
            except account_numbers.InvalidAccountNumber as error:
                self.add_error("number", str(error))
        return cleaned

    def get_group_id(self) -> int | None:
        """The chosen group, or None for «Моя группа» that is yet to be made."""
        value: str = self.cleaned_data["group"]
        return int(value) if value.isdecimal() else None


class ProofForm(forms.Form):
    """The fields of one proof."""

    marks_every_required = True

    def __init__(self, *args: Any, proof: LinkProof, **options: Any) -> None:
        super().__init__(*args, **options)
        self.proof = proof
        self.fields.update(proof.fields())


def build_proof_forms(data: QueryDict | None) -> list[ProofForm]:
    """One form for each proof. Only the chosen one is judged; the others keep what was typed."""
    proofs = get_proofs()
    if data is None:
        return [ProofForm(proof=proof) for proof in proofs.values()]
    chosen = data.get("proof", "")
    return [
        ProofForm(data, proof=proof)
        if proof.code == chosen
        else ProofForm(proof=proof, initial={name: data.get(name, "") for name in proof.fields()})
        for proof in proofs.values()
    ]


class LinkEditForm(forms.Form):
    """The resident's own words for a personal account."""

    alias = forms.CharField(
        label="Псевдоним",
        max_length=60,
        required=False,
        help_text="Если оставить пустым, покажем номер лицевого счёта.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    group = forms.ModelChoiceField(
        label="Группа",
        queryset=AccountGroup.objects.none(),
        empty_label=None,
        error_messages={"required": "Выберите группу"},
    )

    def __init__(self, *args: Any, groups: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]

    def clean_alias(self) -> str:
        return squeeze(self.cleaned_data["alias"])


class GroupForm(forms.Form):
    name = forms.CharField(
        label="Название группы",
        max_length=60,
        help_text="Например, «Дом», «Дача», «Родители».",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Назовите группу"},
    )

    def clean_name(self) -> str:
        return squeeze(self.cleaned_data["name"])


class DeliveryForm(forms.Form):
    """«Способ получения счёта» (domain.md 1.3)."""

    method = forms.ChoiceField(
        label="Способ получения счёта",
        choices=BillDelivery.Method.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите, как получать счета"},
    )
