"""The senior and the administrator change the words for decisions about readings; the operator reads them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ["view_reviewtemplate", "add_reviewtemplate", "change_reviewtemplate", "delete_reviewtemplate"]


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    app = apps.get_app_config("meters")
    app.models_module = True
    create_permissions(app, verbosity=0, apps=apps)
    app.models_module = None
    rights = Permission.objects.filter(content_type__app_label="meters", codename__in=RIGHTS)
    for group in Group.objects.filter(name__in=["Старший", "Администратор"]):
        group.permissions.add(*rights)
    for group in Group.objects.filter(name="Оператор"):
        group.permissions.add(*rights.filter(codename="view_reviewtemplate"))


class Migration(migrations.Migration):
    dependencies = [("portal", "0006_where_staff_work"), ("meters", "0008_review_templates")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
