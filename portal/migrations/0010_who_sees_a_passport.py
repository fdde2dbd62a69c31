"""The senior and the administrator let a recognised resident back in, with a reason."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ["view_recovery", "change_recovery", "view_phonechange", "change_phonechange"]


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    app = apps.get_app_config("accounts")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    rights = Permission.objects.filter(content_type__app_label="accounts", codename__in=RIGHTS)
    for group in Group.objects.filter(name__in=["Старший", "Администратор"]):
        group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("portal", "0009_who_takes_away_applications"), ("accounts", "0015_passkeys")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
