"""Settings of the queue and of the scheduler; none is another on another machine. `portal.settings` takes them in."""

from typing import Any

CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 30,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
}
CELERY_VISIBILITY_TIMEOUT = 30
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 20
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 15
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-messages": {"task": "notifications.tasks.sweep_messages", "schedule": 10.0},
    "sweep-submissions": {"task": "meters.tasks.check_waiting_submissions", "schedule": 10.0},
    "sweep-threshold-trials": {"task": "meters.tasks.try_thresholds", "schedule": 30.0},
    "settle-link-requests": {"task": "billing.tasks.settle_link_requests", "schedule": 300.0},
    "watch-codes": {"task": "accounts.tasks.watch_codes", "schedule": 300.0},
    "forget-what-is-old": {"task": "portal.tasks.forget_what_is_old", "schedule": 900.0},
    "sweep-deletions": {"task": "accounts.tasks.sweep_deletions", "schedule": 300.0},
    "sweep-data-exports": {"task": "accounts.tasks.sweep_data_exports", "schedule": 30.0},
    "follow-up-imports": {"task": "exchange.tasks.follow_up_imports", "schedule": 60.0},
    "count-reconciliations": {"task": "exchange.tasks.count_reconciliations", "schedule": 300.0},
    "look-for-packages": {"task": "exchange.tasks.look_for_packages", "schedule": 30.0},
    "sweep-arrivals": {"task": "exchange.tasks.sweep_arrivals", "schedule": 3600.0},
}
# What waited while no worker was there is asked for once, not for every time it was due.
for _planned in CELERY_BEAT_SCHEDULE.values():
    _planned["options"] = {"expires": max(30.0, _planned["schedule"])}
