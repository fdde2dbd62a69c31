"""Copies made before were one file of JSON; the page now gives an archive, so they are made again."""

from django.db import migrations, models


def forget_old_copies(apps, schema_editor):
    apps.get_model("accounts", "DataExport").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_recoveries")]
    operations = [
        migrations.RunPython(forget_old_copies, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="dataexport",
            name="content",
            field=models.BinaryField(help_text="zip of PDF, JSON and documents", null=True),
        ),
    ]
