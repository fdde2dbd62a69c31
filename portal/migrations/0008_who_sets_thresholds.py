"""The senior sees the thresholds of the gate, the administrator sets them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "Старший": ["view_gatethreshold"],
    "Администратор": ["view_gatethreshold", "add_gatethreshold"],
}


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    app = apps.get_app_config("exchange")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    for name, codenames in RIGHTS.items():
        rights = Permission.objects.filter(content_type__app_label="exchange", codename__in=codenames)
        for group in Group.objects.filter(name=name):
            group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("portal", "0007_who_words_decisions"), ("exchange", "0008_gate_thresholds")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
