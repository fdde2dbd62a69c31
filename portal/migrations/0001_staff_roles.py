"""Roles of the staff, each with the least that its work needs (security.md S16, T23)."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

OPERATOR = {
    "support": ["view_errorreport", "change_errorreport", "view_replytemplate"],
    "meters": ["view_submission", "view_meter", "view_installation", "view_scale", "view_reading"],
    "billing": [
        "view_supplier",
        "view_branch",
        "view_personalaccount",
        "view_link",
        "view_linkrequest",
        "view_bill",
        "view_billline",
        "view_payment",
        "view_tariff",
    ],
}
SENIOR = {
    "support": ["add_replytemplate", "change_replytemplate", "delete_replytemplate"],
    "meters": ["change_submission"],
    "exchange": ["view_importrun", "view_rejectedrow"],
}
ADMINISTRATOR = {
    "billing": ["change_supplier", "add_branch", "change_branch"],
    "exchange": ["change_importrun"],
    "notifications": ["view_outgoingmessage"],
}
ROLES = {
    "Оператор": [OPERATOR],
    "Старший": [OPERATOR, SENIOR],
    "Администратор": [OPERATOR, SENIOR, ADMINISTRATOR],
}


def make_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for label in sorted({label for rights in ROLES.values() for part in rights for label in part}):
        # Permissions are otherwise written only when all migrations are through.
        app = apps.get_app_config(label)
        app.models_module = True
        create_permissions(app, verbosity=0, apps=apps)
        app.models_module = None
    for name, parts in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        wanted = [(label, codename) for part in parts for label, codenames in part.items() for codename in codenames]
        for label, codename in wanted:
            group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("notifications", "0001_initial"),
        ("billing", "0001_initial"),
        ("meters", "0001_initial"),
        ("support", "0002_reply_templates"),
        ("exchange", "0001_initial"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
