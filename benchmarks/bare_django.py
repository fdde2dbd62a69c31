"""The smallest Django that serves pages from the same database: what a worker's memory is compared with."""

import os

import environ
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": environ.Env().db_url_config(os.environ["DATABASE_URL"])},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="only-for-benchmarks",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    USE_TZ=True,
)
application = get_wsgi_application()


def hello(request: HttpRequest) -> HttpResponse:
    """With one statement, so that the driver of the database is loaded as well."""
    return HttpResponse(f"{get_user_model().objects.none().count()} {request.user}")


urlpatterns = [path("", hello)]
