"""A meter known from a confirmed replacement waits for its registry. The index is built while the portal works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("billing", "0006_houses"), ("meters", "0009_nicknames")]

    operations = [
        migrations.AddField(
            model_name="meter",
            name="awaits_registry",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="known from a confirmed replacement alone",
                verbose_name="ждёт реестра",
            ),
        ),
        AddIndexConcurrently(
            model_name="meter",
            index=models.Index(
                condition=models.Q(("awaits_registry", True)), fields=["supplier"], name="meter_awaits_registry"
            ),
        ),
    ]
