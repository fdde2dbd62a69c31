from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("meters", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE meters_receipt_number",
            "DROP SEQUENCE meters_receipt_number",
        )
    ]
