"""What a resident calls meters."""

from collections.abc import Iterable

from accounts.models import User
from meters.models import Meter, MeterNickname


def name_meters(user: User, meters: Iterable[Meter]) -> None:
    """Give each its name of this resident. One statement; none without meters."""
    wanted = list(meters)
    if not wanted:
        return
    rows = MeterNickname.objects.visible_to(user).filter(meter_id__in=[meter.pk for meter in wanted])
    names = dict(rows.values_list("meter_id", "text"))
    for meter in wanted:
        meter.nickname = names.get(meter.pk, "")
