"""What a resident fills in to report an error, and to write on."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from billing.models import Link
from meters.models import Meter
from support import documents
from support.documents import Document
from support.models import ErrorReport

MAX_FILES = 5
NO_METER = ""


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class DocumentsField(forms.FileField):
    """Several files, each parsed; the value is a list of Documents. What is wrong is said file by file."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Document]:
        files: Sequence[UploadedFile[Any]] = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MAX_FILES:
            raise ValidationError(f"Можно приложить не больше {MAX_FILES} файлов, а выбрано {len(files)}.")
        kept: list[Document] = []
        refusals: list[str] = []
        for file in files:
            try:
                kept.append(self._read(file))
            except documents.DocumentRefused as refusal:
                refusals.append(str(refusal))
        if refusals and kept:
            fine = ", ".join(f"«{document.name}»" for document in kept)
            refusals.append(f"Подошли: {fine}. Выберите их ещё раз вместе с остальными.")
        if refusals:
            raise ValidationError(refusals)
        return kept

    def _read(self, file: UploadedFile[Any]) -> Document:
        """One byte more than is allowed is enough to refuse it."""
        return documents.read_document(file.name or "", file.read(documents.MAX_BYTES + 1))


class WithDocuments(forms.Form):
    """A text with files. The browser forgets chosen files, so their names are said when anything else is wrong."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    text = forms.CharField(
        label="Что не так",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": "Напишите в двух словах, что случилось.",
            "max_length": "Слишком длинно: уместите в 4000 знаков, остальное приложите файлом.",
        },
    )
    documents = DocumentsField(
        label="Файлы",
        required=False,
        help_text="До 5 файлов PDF, JPEG или PNG, каждый до 10 МБ. Можно сфотографировать документ.",
        widget=FilesInput(
            attrs={
                "multiple": True,
                "accept": "application/pdf,image/jpeg,image/png",
                "data-file-limit": MAX_FILES,
            }
        ),
    )

    def __init__(self, *args: Any, too_heavy: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_heavy = too_heavy

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.too_heavy:
            self.add_error("documents", "Файлы вместе больше 55 МБ, поэтому не дошли. Приложите меньше или полегче.")
        elif self.errors and cleaned.get("documents"):
            names = ", ".join(f"«{document.name}»" for document in cleaned["documents"])
            self.add_error("documents", f"Файлы хорошие, но их нужно выбрать ещё раз: {names}.")
        return cleaned


class ReportForm(WithDocuments):
    """The account comes from the resident's links, the meter from that account."""

    account = forms.ModelChoiceField(Link.objects.none(), widget=forms.HiddenInput)
    meter = forms.ChoiceField(label="О каком приборе учёта речь", required=False, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label="Причина",
        choices=ErrorReport.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите причину: так обращение быстрее попадёт к нужному человеку."},
    )

    field_order = ["key", "account", "reason", "meter", "text", "documents"]

    def __init__(self, *args: Any, user: User, meters: Sequence[Meter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meters = {str(meter.pk): meter for meter in meters}
        self.fields["account"].queryset = Link.objects.visible_to(user)  # type: ignore[attr-defined]
        if meters:
            named = [
                (pk, f"№ {meter.label}" + (f", {meter.model}" if meter.model else ""))
                for pk, meter in self.meters.items()
            ]
            self.fields["meter"].choices = [*named, (NO_METER, "Не о приборе учёта")]  # type: ignore[attr-defined]
        else:
            del self.fields["meter"]

    def get_meter(self) -> Meter | None:
        return self.meters.get(self.cleaned_data.get("meter", NO_METER))


class MessageForm(WithDocuments):
    """The resident writes on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = "Ваше сообщение"
        self.fields["text"].error_messages["required"] = "Напишите сообщение."
        self.fields["text"].widget.attrs["rows"] = 4
