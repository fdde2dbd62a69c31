"""Django's sessions, fetched together with whom they belong to and what stands on each of his pages (goal P4)."""

from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from notifications import queries as notifications


class SessionStore(db.SessionStore):
    """Sessions in Postgres. Loading one is one statement, with its `owner` when it has a record."""

    owner: User | None = None

    def load(self) -> dict[str, Any]:
        sessions = Session.objects.select_related("record__user").annotate(
            unread_count=notifications.unread_count_of(OuterRef("record__user"))
        )
        session = sessions.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
        if session is None:
            self._session_key = None
            return {}
        if hasattr(session, "record"):
            self.owner = session.record.user
            if self.owner.hidden_before is None:
                self.owner.unread_count = session.unread_count
        return self.decode(session.session_data)

    def find_user(self) -> User | None:
        """The owner, when all that Django asks of a session's user holds; None leaves it to Django's own way.

        That way knows more (keys that were changed, sessions to be flushed) and costs a statement.
        """
        signed_in, backend, mark = (self.get(key, "") for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY))
        owner = self.owner
        if owner is None or signed_in != str(owner.pk) or not owner.is_active:
            return None
        if backend not in settings.AUTHENTICATION_BACKENDS:
            return None
        if constant_time_compare(mark, owner.get_session_auth_hash()):
            return owner
        if any(constant_time_compare(mark, former) for former in owner.get_session_auth_fallback_hash()):
            # Django would give the session another id here, and its record, with the device, would go with the former.
            self[HASH_SESSION_KEY] = owner.get_session_auth_hash()
            return owner
        return None
