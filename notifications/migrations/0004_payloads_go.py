"""Finds quickly what still holds a text, to empty it after a week (security.md P4)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0003_since_when")]
    operations = [
        AddIndexConcurrently(
            model_name="outgoingmessage",
            index=models.Index(condition=~models.Q(body=""), fields=["created_at"], name="message_payload"),
        ),
    ]
