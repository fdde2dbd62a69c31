"""Indexes of an owner alone go where another index begins with the owner: each costs every import."""

from django.db import migrations

SPARE = {
    "billing_bill_account_id_ebd68bac": "billing_bill_everyday (account_id)",
    "billing_bill_supplier_id_86a5a282": "billing_bill_everyday (supplier_id)",
    "billing_billline_bill_id_9d167a81": "billing_billline_everyday (bill_id)",
    "billing_payment_account_id_411a2f8d": "billing_payment_everyday (account_id)",
    "billing_payment_supplier_id_8fb27141": "billing_payment_everyday (supplier_id)",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0003_partitions")]

    operations = [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", f"CREATE INDEX CONCURRENTLY {name} ON {place}")
        for name, place in SPARE.items()
    ]
