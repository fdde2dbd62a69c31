from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_residents_for_staff'),
    ]

    operations = [
        migrations.AddField(
            model_name='supplier',
            name='meter_links_are_reduced',
            field=models.BooleanField(db_default=False, default=False, help_text='Номер виден и соседям. Счета и платежи житель увидит, когда подтвердит лицевой счёт платежом. Действует для новых привязок.', verbose_name='привязка по номеру счётчика: только показания'),
        ),
        migrations.AddField(
            model_name='link',
            name='is_reduced',
            field=models.BooleanField(db_default=False, default=False, help_text='until a payment confirms it (security.md T2)', verbose_name='только показания'),
        ),
    ]
