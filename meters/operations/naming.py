"""A resident gives a meter a name."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from meters.models import Meter, MeterNickname


@transaction.atomic(durable=True)
def name_meter(*, user: User, meter_id: int, text: str, at: datetime) -> None:
    """Without a text the name goes. Raises Meter.DoesNotExist for a stranger's."""
    meter = Meter.objects.visible_to(user).get(pk=meter_id)
    if text:
        MeterNickname.objects.update_or_create(user=user, meter=meter, defaults={"text": text, "named_at": at})
    else:
        MeterNickname.objects.filter(user=user, meter=meter).delete()
