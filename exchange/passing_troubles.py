"""What a database refuses now and may grant in a moment (PostgreSQL, appendix A: error codes)."""

from django.db import OperationalError

_CODES = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock detected
        "55P03",  # lock not available: lock_timeout
        "57014",  # query cancelled: statement_timeout, or a person
        "25P03",  # idle-in-transaction timeout
        "57P01",  # the server is shut down by its administrator
        "57P02",  # another process crashed
        "57P03",  # the server is starting up
        "53300",  # too many connections
    }
)


def is_passing(error: OperationalError) -> bool:
    """Whether the same again may work. Without a code it was the connection that broke."""
    code = getattr(error.__cause__, "sqlstate", None)
    return code is None or code in _CODES
