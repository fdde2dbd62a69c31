"""A Celery app with what the portal does not do: one task for each submission."""

from django.utils import timezone
from django.utils.module_loading import import_string

from portal.celery import app

__all__ = ["app"]


@app.task(name="benchmarks.check_one")
def check_one() -> None:
    # By its name: the app is loaded before Django is set up.
    import_string("meters.operations.checking._check_batch")(timezone.now(), 1)
