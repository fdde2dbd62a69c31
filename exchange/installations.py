"""Where the meters of a package are installed: what meters.csv says in `account`, `installed_on`, `removed_on`.

The file names each meter once, with its present place. A later date at another account is a move: the earlier
installation ends that day and stays as history. Any other difference is a correction of the newest installation.
"""

from django.db import connection

from exchange.layouts import METERS
from exchange.merging import Scope, Written
from exchange.pump import Staged

_SAID = """
CREATE TEMPORARY TABLE said_installations ON COMMIT DROP AS
SELECT meter.id AS meter_id, account.id AS account_id, newest.id AS newest_id,
       CASE WHEN {names_installed} THEN s.installed_on ELSE newest.installed_on END AS installed_on,
       CASE WHEN {names_removed} THEN s.removed_on ELSE newest.removed_on END AS removed_on,
       CASE
           WHEN newest.id IS NULL THEN 'new'
           WHEN newest.account_id <> account.id AND s.installed_on > coalesce(newest.installed_on, '-infinity')
               THEN 'moved'
           WHEN newest.account_id = account.id AND s.installed_on > newest.removed_on THEN 'new'
           ELSE 'corrected'
       END AS what
FROM {stage} s
JOIN meters_meter meter ON meter.supplier_id = :supplier AND meter.registration = s.registration
JOIN billing_personalaccount account ON account.supplier_id = :supplier AND account.number = s.account
LEFT JOIN LATERAL (
    SELECT * FROM meters_installation i WHERE i.meter_id = meter.id
    ORDER BY (i.account_id = account.id AND i.installed_on IS NOT DISTINCT FROM s.installed_on) DESC,
             i.installed_on DESC NULLS LAST, i.id DESC
    LIMIT 1
) newest ON true
"""
_CLOSE = """
UPDATE meters_installation i SET removed_on = said.installed_on FROM said_installations said
WHERE i.id = said.newest_id AND said.what = 'moved' AND i.removed_on IS NULL
"""
_CORRECT = """
UPDATE meters_installation i
SET account_id = said.account_id, installed_on = said.installed_on,
    removed_on = greatest(said.removed_on, CASE WHEN said.removed_on IS NOT NULL THEN said.installed_on END)
FROM said_installations said
WHERE i.id = said.newest_id AND said.what = 'corrected'
  AND (i.account_id, i.installed_on, i.removed_on)
      IS DISTINCT FROM (said.account_id, said.installed_on, said.removed_on)
"""
_INSERT = """
INSERT INTO meters_installation (meter_id, account_id, installed_on, removed_on)
SELECT meter_id, account_id, installed_on, removed_on FROM said_installations
WHERE what IN ('new', 'moved') ORDER BY account_id, meter_id
ON CONFLICT DO NOTHING
"""


def write_installations(staged: Staged, scope: Scope) -> Written:
    """After the meters themselves are written."""
    said, parameters = scope.bind(
        _SAID.format(
            stage=METERS.stage,
            names_installed="installed_on" in staged.columns,
            names_removed="removed_on" in staged.columns,
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS said_installations")
        cursor.execute(said, parameters)
        cursor.execute("ANALYZE said_installations")
        cursor.execute(_CLOSE)
        changed = cursor.rowcount
        cursor.execute(_CORRECT)
        changed += cursor.rowcount
        cursor.execute(_INSERT)
        added = cursor.rowcount
        if added > 1000:
            cursor.execute("ANALYZE meters_installation")
    return Written(added=added, changed=changed)
