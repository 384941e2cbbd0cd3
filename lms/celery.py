"""The Celery application. A task is an alarm clock: work to do is a state in the database."""

import os
from typing import Any

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def redbeat() -> dict[str, Any]:
    """The scheduler looks for its own settings by names that have no CELERY_ in front."""
    return {
        "redbeat_redis_url": settings.REDIS_URL,
        "redbeat_redis_options": {"socket_timeout": 5, "socket_connect_timeout": 2},
        "redbeat_lock_timeout": 60,  # Seconds until another beat takes over.
    }


app.add_defaults(redbeat)
