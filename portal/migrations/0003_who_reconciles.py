"""The senior and the administrator see the reconciliation with suppliers."""

from django.contrib.auth.management import create_permissions
from django.db import migrations


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    app = apps.get_app_config("exchange")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    rights = Permission.objects.filter(content_type__app_label="exchange", codename="view_reconciliation")
    for group in Group.objects.filter(name__in=["Старший", "Администратор"]):
        group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_who_lets_a_phone_off"), ("exchange", "0006_reconciliation")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
