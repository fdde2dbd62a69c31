"""All personal accounts of a house are found by the beginning of their address."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0005_staff_scopes")]

    operations = [
        AddIndexConcurrently(
            model_name="personalaccount",
            index=models.Index(fields=["address"], opclasses=["varchar_pattern_ops"], name="personal_account_house"),
        ),
    ]
