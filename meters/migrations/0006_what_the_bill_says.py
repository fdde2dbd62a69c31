"""What became of a submission on its bill. The indexes are built while the portal works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("meters", "0005_when_submissions_ended")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="billed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="учтено в счёте"),
        ),
        migrations.AddField(
            model_name="submission",
            name="billed_otherwise",
            field=models.JSONField(
                blank=True,
                help_text="instead of what was sent: {bill, at, scales: [{code, name, unit, sent, billed, kind}]}",
                null=True,
                verbose_name="в счёте другое",
            ),
        ),
        AddIndexConcurrently(
            model_name="submission",
            index=models.Index(fields=["period", "status", "id"], name="submission_of_period"),
        ),
        AddIndexConcurrently(
            model_name="submission",
            index=models.Index(
                condition=Q(status__in=["accepted", "handed_over"]), fields=["id"], name="submission_awaits_bill"
            ),
        ),
        AddIndexConcurrently(
            model_name="submission",
            index=models.Index(
                condition=Q(billed_otherwise__isnull=False), fields=["period", "id"], name="submission_billed_otherwise"
            ),
        ),
    ]
