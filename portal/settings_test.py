"""Settings of the tests: the same portal, with cheap hashing, mail in memory and tasks called by hand."""

import os

import embedded_services

if not os.environ.get("DATABASE_URL"):
    # Servers of their own, for these tests only; the workers of pytest-xdist inherit the addresses.
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = embedded_services.throw_away_urls()

os.environ["LOCAL"] = "1"

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0" * 50)

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SMS_SENDER = "notifications.senders.MemorySender"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
WHITENOISE_AUTOREFRESH = True
AXES_ENABLED = True
ANSWER_STEP = 0.0
if env.str("TEST_DATABASE_NAME", default=""):
    DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE_NAME")}
