"""The administrator works for every supplier and gives the others their parts; the senior sees how protection stands."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "Администратор": [
        ("billing", "work_everywhere"),
        ("billing", "view_staffscope"),
        ("billing", "add_staffscope"),
        ("billing", "delete_staffscope"),
        ("accounts", "view_securityevent"),
    ],
    "Старший": [("accounts", "view_securityevent")],
}


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for label in ("accounts", "billing"):
        app = apps.get_app_config(label)
        app.models_module = True
        create_permissions(app, verbosity=0, apps=apps)
        app.models_module = None
    for name, rights in RIGHTS.items():
        for label, codename in rights:
            permission = Permission.objects.get(content_type__app_label=label, codename=codename)
            Group.objects.get(name=name).permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0005_who_publishes_texts"),
        ("billing", "0005_staff_scopes"),
        ("accounts", "0006_security_events"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
