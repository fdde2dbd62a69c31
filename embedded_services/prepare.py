"""Bring the database up to date, in one process: Django takes seconds to start.

What is done goes to standard error; standard output gets the words to greet a developer with.
"""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command


def prepare_database() -> None:
    """Migrate and, in the demo, fill the database with invented people."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    call_command("migrate", interactive=False, stdout=sys.stderr)
    if settings.DEMO:
        call_command("seed_demo", stdout=sys.stderr)
        call_command("seed_demo", show=True)


if __name__ == "__main__":
    prepare_database()
