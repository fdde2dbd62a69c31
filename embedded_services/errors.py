"""What can go wrong when the embedded services are asked for, in words for a developer."""


class EmbeddedServicesError(Exception):
    """The embedded Postgres or Valkey cannot be had; the message says why and what to do."""
