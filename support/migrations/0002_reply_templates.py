"""The first words for staff; from here on they are the staff's own to change."""

from django.db import migrations

TEMPLATES = [
    ("answer", "Нужна фотография счётчика", "Приложите, пожалуйста, фотографию счётчика, на которой видны номер и цифры."),
    ("answer", "Нужен акт допуска", "Приложите, пожалуйста, акт допуска прибора учёта: по нему мы внесём номер, модель и начальные показания."),
    ("answer", "Нужна справка СНТ", "Приложите, пожалуйста, справку садоводства: номер прежнего счётчика и его последние показания."),
    ("resolve", "Сведения о счётчике внесены", "Сведения о приборе учёта внесены. В портале они появятся после ближайшего обновления данных."),
    ("resolve", "Показания исправлены", "Показания исправлены. Перерасчёт будет в следующем счёте."),
    ("decline", "Данные верны", "Мы сверили данные с документами: они верны, исправлять нечего."),
    ("decline", "Не хватает документов", "Без документа о приборе учёта изменить сведения нельзя. Когда он появится, напишите нам снова."),
]


def add_templates(apps, schema_editor):
    rows = apps.get_model("support", "ReplyTemplate").objects
    for purpose, title, text in TEMPLATES:
        rows.get_or_create(purpose=purpose, title=title, defaults={"text": text})


class Migration(migrations.Migration):

    dependencies = [("support", "0001_initial")]

    operations = [migrations.RunPython(add_templates, migrations.RunPython.noop, elidable=False)]
