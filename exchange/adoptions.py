"""Meters that staff confirmed before the billing system told of them get its key, found by the serial on the case."""

from django.db import connection

from exchange.layouts import METERS
from exchange.merging import Scope

_ADOPT = """
UPDATE meters_meter known
SET registration = said.registration, awaits_registry = false
FROM (
    SELECT DISTINCT ON (one.registration) one.id, one.registration FROM (
    SELECT DISTINCT ON (meter.id) meter.id, s.registration
    FROM meters_meter meter
    JOIN meters_installation i ON i.meter_id = meter.id AND i.removed_on IS NULL
    JOIN billing_personalaccount account ON account.id = i.account_id
    JOIN {stage} s ON s.account = account.number AND s.serial_key = meter.serial_key
    WHERE meter.supplier_id = :supplier AND meter.awaits_registry AND meter.serial_key <> ''
      AND NOT EXISTS (
        SELECT 1 FROM meters_meter other WHERE other.supplier_id = :supplier AND other.registration = s.registration
      )
    ORDER BY meter.id, s.row DESC
    ) one ORDER BY one.registration, one.id
) said
WHERE known.id = said.id
"""


def adopt_meters(scope: Scope) -> int:
    """Before meters.csv is compared with what is known. Returns how many were recognised."""
    statement, parameters = scope.bind(_ADOPT.format(stage=METERS.stage))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        adopted: int = cursor.rowcount
    return adopted
