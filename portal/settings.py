"""Settings, read from the environment (12-factor). `.env.example` names every variable."""

import sys
from ipaddress import ip_network
from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

import embedded_services
from portal.settings_log import describe_logging, write_json_lines
from portal.settings_queue import *  # noqa: F403

# Lets `ModelAdmin[Meter]` be written, as the type checker wants it.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
# On a developer's machine or in the tests: plain HTTP, a secret key of its own, static files as they are.
LOCAL = env.bool("LOCAL", default=DEMO or not env.str("DATABASE_URL", default=""))
STATE_DIR = Path(
    env.str("STATE_DIR", default="") or (embedded_services.state_folder() if LOCAL else BASE_DIR / ".state")
)

# Where processes of one host take turns by locks on files; a container whose disk is only read needs another place.
LOCK_DIR = env.str("LOCK_DIR", default="") or str(STATE_DIR)

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not LOCAL:
        raise ImproperlyConfigured("SECRET_KEY is not set: give it a long random value.")
    SECRET_KEY = embedded_services.local_secret_key()
# Former keys, while sessions and signed links made with them live (docs/keys.md).
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# What rests as a keyed hash outlives the secret key: trusted devices, spare codes, counters, acts of deletion.
HASH_KEY = env.str("HASH_KEY", default="") or SECRET_KEY
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])
STAFF_HOST = env.str("STAFF_HOST", default="").lower()
STAFF_NETWORKS = [ip_network(network) for network in env.list("STAFF_NETWORKS", default=[])]
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

DATABASE_URL, REDIS_URL = embedded_services.database_url_and_redis_url()
SERVES_WEB = any("granian" in argument for argument in sys.argv[:1]) or env.bool("SERVES_WEB", default=False)
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    "CONN_HEALTH_CHECKS": True,
    "CONN_MAX_AGE": 0 if SERVES_WEB else 60,
    "OPTIONS": {
        "connect_timeout": 2,
        "options": (
            "-c statement_timeout=5s -c idle_in_transaction_session_timeout=10s"
            if SERVES_WEB
            else "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
        ),
        **({"pool": {"min_size": 1, "max_size": 8, "timeout": 1}} if SERVES_WEB else {}),
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "notifications",
    "accounts",
    "billing",
    "meters",
    "support",
    "exchange",
    "portal",
    "portal.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_structlog",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.refuse_nul",
    "portal.staff_door.keep_staff_door",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.recognise_owner",
    "django_structlog.middlewares.RequestMiddleware",
    "accounts.audit.source.note_source",
    "accounts.audit.refusals.note_refusals",
    "accounts.sessions.keep_sessions",
    "accounts.sign_in_first.SignInFirst",
    "accounts.privacy.terms.ask_for_terms",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.private_pages",
    "axes.middleware.AxesMiddleware",
]

if LOCAL:
    MIDDLEWARE.insert(1, "portal.middleware.packed_static")  # elsewhere `collectstatic` packs them once

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.frame",
            ],
            "builtins": ["portal.templatetags.face"],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2idPasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.password_validators.PasswordRulesValidator"},
    {"NAME": "accounts.password_validators.CommonPasswordValidator"},
    {"NAME": "accounts.password_validators.BreachedPasswordValidator"},
    {
        "NAME": "accounts.password_validators.ContextWordsValidator",
        "OPTIONS": {"words": ["petroelectrosbyt", "elektrosbyt", "energosbyt", "vckp", "eirc", "psc", "psk"]},
    },
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 60 * 60 * 24
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.audit.refusals.refuse_forged"
SECURE_COOKIES = env.bool("SECURE_COOKIES", default=not LOCAL)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "ru"
TIME_ZONE = "Europe/Moscow"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(STATE_DIR / "media")))
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if LOCAL
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "support.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = TIME_ZONE

# Who sends SMS: a dotted path to a class with `send(to, text, key) -> provider id`.
SMS_SENDER = env.str(
    "SMS_SENDER",
    default="notifications.senders.FileSender" if DEMO else "notifications.senders.ConsoleSender",
)
SMS_FILE = env.str("SMS_FILE", default=str(STATE_DIR / "sms.jsonl")) if DEMO else ""
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_SENDER = env.str("TWILIO_SENDER", default="")
TWILIO_API_URL = env.str("TWILIO_API_URL", default="")
EMAIL_FILE = str(STATE_DIR / "emails.jsonl") if DEMO else ""
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    default="notifications.demo_mail.FileBackend" if DEMO else "django.core.mail.backends.smtp.EmailBackend",
)
if env.str("EMAIL_URL", default=""):
    vars().update({key: value for key, value in env.email_url("EMAIL_URL").items() if key != "EMAIL_FILE_PATH"})
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@example.org")

# A value that may not rest in the outbox is asked for at the moment of sending, by this name.
LATE_VALUES = {
    "phone_challenge": "accounts.challenges.reveal_code",
    "advertising_consent": "accounts.privacy.advertising.confirm_consent",
}
# Each proof brings its form fields and answers "does it hold?"; a supplier can add its own.
LINK_PROOFS = ["billing.proofs.LastPayment", "meters.proofs.MeterNumber"]

# After a new password by SMS: how a person shows to be the one whose cabinet it was (security.md T11).
# A condition on rows with a user: those whom one of the staff serves.
RESIDENTS_SERVED_BY = "billing.staff_scope.within_residents"
RECOVERY_PROOFS = ["billing.recovery.PaymentOfLinked"]

# Which personal accounts have a meter to read: asked by billing, answered by the floor above.
ACCOUNTS_TAKING_READINGS = "meters.queries.bases.get_accounts_taking_readings"
# What suppliers call the scales that bills and tariffs name by code.
SCALE_NAMES = "meters.queries.scale_names.get_scale_names"

# What the copy of a resident's data holds besides his own rows: what suppliers say of his accounts, and his files.
DATA_EXPORT_PARTS = ["billing.personal_data.get_parts", "meters.personal_data.get_parts"]
DATA_EXPORT_FILES = ["support.personal_data.get_files", "meters.personal_data.get_files"]

# What each floor keeps, without the person, when a resident deletes the cabinet; all other rows of the person go.
HELD_AFTER_DELETION = [
    "accounts.privacy.holds.HOLDS",
    "billing.holds.HOLDS",
    "meters.holds.HOLDS",
    "support.holds.HOLDS",
]
# What a floor does besides: called with the user and the moment, within the transaction that deletes the rows.
DELETION_STEPS = ["billing.holds.forget_bill_letters", "support.holds.close_reports"]

# Pages with residents' data that one of the staff opens in an hour before it is an alarm (security.md T23).
STAFF_VIEWS_PER_HOUR = env.int("STAFF_VIEWS_PER_HOUR", default=300)

# Where billing systems drop packages at night, a folder for each supplier: a path, or s3://bucket/prefix.
REGISTRY_INBOX = env.str("REGISTRY_INBOX", default="")
# A package without its marker is taken when it has not changed for so many seconds.
REGISTRY_INBOX_QUIET = env.int("REGISTRY_INBOX_QUIET", default=60)
REGISTRY_INBOX_S3 = {
    "endpoint_url": env.str("REGISTRY_INBOX_S3_ENDPOINT", default=""),
    "region_name": env.str("REGISTRY_INBOX_S3_REGION", default=""),
    "access_key": env.str("REGISTRY_INBOX_S3_KEY", default=""),
    "secret_key": env.str("REGISTRY_INBOX_S3_SECRET", default=""),
}

# domain.md 6: a supplier whose lawyers want it asks for a third, separate consent.
PERSONAL_DATA_CONSENT_REQUIRED = env.bool("PERSONAL_DATA_CONSENT_REQUIRED", default=False)
ADVERTISING_PRESELECTED = env.bool("ADVERTISING_PRESELECTED", default=True)

# Who is asked for a second factor after the password (security.md S17): "always"; on "new_devices", trusted for 90 days
# then; or who has "chosen" it, by setting up an application or a passkey.
RESIDENT_SECOND_FACTOR = env.str("RESIDENT_SECOND_FACTOR", default="new_devices")
if RESIDENT_SECOND_FACTOR not in {"always", "new_devices", "chosen"}:
    raise ImproperlyConfigured("RESIDENT_SECOND_FACTOR is always, new_devices or chosen.")

AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ONLY_ADMIN_SITE = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "accounts.network.client_address"

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING" if LOCAL else "INFO")
LOGGING = describe_logging(level=LOG_LEVEL, is_plain=LOCAL)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
write_json_lines()
SILENCED_SYSTEM_CHECKS = ["security.W021"] if not SECURE_COOKIES else []

# The name under which an authenticator shows the staff's codes.
OTP_TOTP_ISSUER = "Кабинет"

# Seconds: registration and a new password answer at whole steps of it, whatever the phone (security.md S12).
ANSWER_STEP = env.float("ANSWER_STEP", default=0.08)

# The demo is tried by many people from one address.
SMS_PER_ADDRESS_HOUR = env.int("SMS_PER_ADDRESS_HOUR", default=2000 if DEMO else 10)
SMS_PER_SESSION_HOUR = env.int("SMS_PER_SESSION_HOUR", default=2000 if DEMO else 5)
SMS_PER_BLOCK_HOUR = env.int("SMS_PER_BLOCK_HOUR", default=2000 if DEMO else 30)
SIGN_IN_CODES_WITHOUT_PAUSE = env.bool("SIGN_IN_CODES_WITHOUT_PAUSE", default=DEMO)
SMS_SOFT_PER_HOUR = env.int("SMS_SOFT_PER_HOUR", default=1000 if DEMO else 300)
SIGN_IN_PER_ADDRESS_DAY = env.int("SIGN_IN_PER_ADDRESS_DAY", default=20000 if DEMO else 100)
LINK_ATTEMPTS_PER_ADDRESS_HOUR = env.int("LINK_ATTEMPTS_PER_ADDRESS_HOUR", default=2000 if DEMO else 20)
