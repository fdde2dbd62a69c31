"""One runnable command a goal of performance.md: `.venv/bin/python -m benchmarks.<name>`. The ratio is printed last.

Importing this makes a throw-away Postgres and Valkey and sets Django up on them; nothing else is ever touched.
"""

import os

import django

STAGE = "BENCHMARK_STAGE"

if os.environ.get(STAGE) == "web":  # a server that a benchmark has started sets Django up by itself
    pass
elif STAGE in os.environ:  # another process that a benchmark has started
    django.setup()
else:
    from django.core.management import call_command

    import embedded_services

    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = embedded_services.throw_away_urls()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "LOCAL": "1",
        "DEMO": "0",
        "SECRET_KEY": "only-for-benchmarks",
        STAGE: "1",
    }
    django.setup()
    call_command("migrate", verbosity=0)
