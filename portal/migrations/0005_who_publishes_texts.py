"""The administrator writes and publishes the texts residents agree to, and reads the acts of deletions."""

from django.contrib.auth.management import create_permissions
from django.db import migrations


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    app = apps.get_app_config("accounts")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    rights = Permission.objects.filter(
        content_type__app_label="accounts",
        codename__in=["view_consentdocument", "add_consentdocument", "view_cabinetdeletion"],
    )
    for group in Group.objects.filter(name="Администратор"):
        group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_who_brings_packages"), ("accounts", "0012_privacy_tells_of_deletion")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
