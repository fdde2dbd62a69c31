"""A meter gives its place to another (domain.md 3). Inside the caller's transaction."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import uuid4

from billing.models import PersonalAccount
from meters.models import Installation, Meter, Scale
from meters.operations.fates import lock_meters
from meters.serials import normalise_serial


class ReplacementNotPossible(Exception):
    """The message says to staff why."""


def replace_meter(
    *,
    account: PersonalAccount,
    old: Meter,
    serial: str,
    model: str,
    replaced_on: date,
    closing: Mapping[str, Decimal],
    opening: Mapping[str, Decimal],
) -> Meter:
    """The old one ends with its closing values, a new one with the same scales begins with its opening values.

    Values by code of the scale. The billing system has no key for the new one yet: its registry finds it by the serial
    (`awaits_registry`). Raises ReplacementNotPossible.
    """
    lock_meters([old.pk])
    installation = Installation.objects.filter(meter=old, account=account, removed_on=None).first()
    if installation is None:
        raise ReplacementNotPossible("Этот счётчик уже не стоит на лицевом счёте.")
    if installation.installed_on and replaced_on < installation.installed_on:
        raise ReplacementNotPossible("Счётчик заменён раньше, чем был установлен: проверьте дату.")
    key = normalise_serial(serial)
    if key and key == old.serial_key:
        raise ReplacementNotPossible("Номер нового счётчика тот же, что у прежнего.")
    scales = list(Scale.objects.filter(meter=old).order_by("code"))
    for scale in scales:
        scale.closing_value = closing.get(scale.code)
    Scale.objects.bulk_update(scales, ["closing_value"])
    installation.removed_on = replaced_on
    installation.save(update_fields=["removed_on"])
    Meter.objects.filter(pk=old.pk).update(status=Meter.Status.REMOVED)
    new = Meter.objects.create(
        supplier=old.supplier,
        registration=f"portal-{uuid4().hex}"[:40],
        serial=serial,
        serial_key=key,
        model=model,
        digits_left=old.digits_left,
        digits_right=old.digits_right,
        place=old.place,
        awaits_registry=True,
    )
    Installation.objects.create(meter=new, account=account, installed_on=replaced_on)
    Scale.objects.bulk_create(
        Scale(
            meter=new,
            code=scale.code,
            name=scale.name,
            unit=scale.unit,
            hours=scale.hours,
            opening_value=opening.get(scale.code),
        )
        for scale in scales
    )
    return new
