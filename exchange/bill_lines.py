"""A bill is a document: when a package names its lines again, lines it no longer has are taken away."""

from django.db import connection

from exchange import merges
from exchange.differences import limit_to_holders
from exchange.layouts import BILL_LINES
from exchange.merging import Scope

_REMOVE = """
DELETE FROM billing_billline t
USING (
    SELECT DISTINCT bill.id, bill.number FROM {stage} s
    JOIN billing_bill bill ON bill.supplier_id = :supplier AND bill.number = s.bill
) named
WHERE t.bill_id = named.id AND ({among}) AND NOT EXISTS (
    SELECT 1 FROM {stage} s
    WHERE s.bill = named.number AND s.service = t.service AND s.serial = t.serial AND s.code = t.code
      AND s.price IS NOT DISTINCT FROM t.price
)
"""


def remove_vanished_lines(scope: Scope) -> int:
    """Only for a file of which no row was refused: a refused line says nothing about the one it would replace."""
    among = limit_to_holders(merges.BILL_LINES, scope)
    statement, parameters = scope.bind(_REMOVE.format(stage=BILL_LINES.stage, among=among.replace("id ", "t.id ")))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        removed: int = cursor.rowcount
    return removed
