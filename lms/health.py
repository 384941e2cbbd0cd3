"""Is the process up, and can it do its work?"""

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError


@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """200 while the process runs."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis and a worker answer; else 503 naming the one that does not."""
    parts = {"database": _database(), "redis": _redis(), "worker": _worker()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unavailable"
    return "ok"


def _redis() -> str:
    try:
        cache.get("health")
    except RedisError:
        return "unavailable"
    return "ok"


def _worker() -> str:
    try:
        answers = current_app.control.ping(timeout=1.0, limit=1)
    except (OSError, RedisError, OperationalError):
        return "unavailable"
    return "ok" if answers else "unavailable"
