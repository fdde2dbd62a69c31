"""All the staff find the residents they serve; the senior and the administrator see a phone and end sessions."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "Оператор": ["view_resident"],
    "Старший": ["view_resident", "change_resident", "reveal_phone"],
    "Администратор": ["view_resident", "change_resident", "reveal_phone"],
}


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    app = apps.get_app_config("billing")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    for name, codenames in RIGHTS.items():
        rights = Permission.objects.filter(content_type__app_label="billing", codename__in=codenames)
        for group in Group.objects.filter(name=name):
            group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("portal", "0010_who_sees_a_passport"), ("billing", "0009_residents_for_staff")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
