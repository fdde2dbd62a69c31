"""A page of history is answered by an index alone; the staff's lists by state have theirs. Both are built while the
portal works."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("meters", "0012_when_meters_were_named")]

    operations = [
        AddIndexConcurrently(
            model_name="reading",
            index=models.Index(
                fields=["meter", "-taken_on", "scale"],
                include=("value", "kind", "source", "submission", "id"),
                name="reading_covering",
            ),
        ),
        RemoveIndexConcurrently(model_name="reading", name="reading_newest"),
        migrations.RunSQL(
            "ALTER TABLE meters_reading SET (autovacuum_vacuum_insert_scale_factor = 0.01)",
            "ALTER TABLE meters_reading RESET (autovacuum_vacuum_insert_scale_factor)",
        ),
        AddIndexConcurrently(
            model_name="submission", index=models.Index(fields=["status", "-id"], name="submission_of_status")
        ),
    ]
