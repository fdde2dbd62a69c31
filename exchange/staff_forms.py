"""What staff fill in when they decide about a held package, or bring what billing answered."""

from typing import Any

from django import forms

from exchange.models import HoldDecision


class DecisionForm(forms.Form):
    """The button pressed is the decision."""

    decision = forms.ChoiceField(choices=HoldDecision.Decision.choices)
    reason = forms.CharField(
        label="Почему",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Останется в истории загрузки вместе с вашим именем.",
        error_messages={"required": "Напишите, почему вы так решили: это останется в истории загрузки."},
    )


class ReplyForm(forms.Form):
    reply = forms.FileField(
        label="Файл ответа",
        help_text=(
            "CSV со столбцами receipt;status;reason: номер квитанции, acknowledged (принято) или refused (не принято) "
            "и причина. Причину увидит житель."
        ),
        error_messages={"required": "Выберите файл ответа.", "empty": "В файле ничего нет."},
    )


class PackageForm(forms.Form):
    """`refused` is what was said against the file while it came; it was not kept then."""

    package = forms.FileField(
        label="Пакет реестров",
        help_text=(
            "Архив .zip с registry.json и таблицами CSV или DBF, до 2 ГБ, или книга .xlsx по шаблону. "
            "Пока вы не нажмёте «Применить», ничего не изменится."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.xlsx"}),
        error_messages={"required": "Выберите файл пакета.", "empty": "В файле ничего нет."},
    )

    def __init__(self, *args: Any, refused: str = "", **named: Any) -> None:
        super().__init__(*args, **named)
        if refused:
            self.fields["package"].error_messages["required"] = refused


class WishForm(forms.Form):
    """The button pressed is the wish."""

    WISHES = (
        ("check", "Проверить"),
        ("apply", "Применить"),
        ("cancel", "Остановить"),
        ("drop", "Удалить с портала"),
    )
    wish = forms.ChoiceField(choices=WISHES)
