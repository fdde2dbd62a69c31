"""Postgres and Valkey for development and tests, from wheels, without installing anything.

`make run`, `make test` and `manage.py` all get their servers here; production never does.
"""

from embedded_services.errors import EmbeddedServicesError
from embedded_services.use import (
    database_url_and_redis_url,
    local_secret_key,
    state_folder,
    throw_away_urls,
)

__all__ = [
    "EmbeddedServicesError",
    "database_url_and_redis_url",
    "local_secret_key",
    "state_folder",
    "throw_away_urls",
]
