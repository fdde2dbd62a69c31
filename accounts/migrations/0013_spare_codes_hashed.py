"""Spare codes that stood in clear are replaced by their keyed hash (ASVS 6.5.2)."""

import hmac
from hashlib import sha256

from django.conf import settings
from django.db import migrations


def seal(user_id, code):
    return hmac.new(settings.SECRET_KEY.encode(), f"spare-code:{user_id}:{code}".encode(), sha256).hexdigest()[:16]


def hash_spare_codes(apps, schema_editor):
    StaticToken = apps.get_model("otp_static", "StaticToken")
    for token in StaticToken.objects.select_related("device").iterator():
        token.token = seal(token.device.user_id, token.token)
        token.save(update_fields=["token"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_privacy_tells_of_deletion'),
        ('otp_static', '0003_add_timestamps'),
    ]

    operations = [
        migrations.RunPython(hash_spare_codes, migrations.RunPython.noop),
    ]
