"""The yardstick: a bare Django view doing one indexed SELECT.

Same settings, database and pool as the product, same server and workers, no middleware: what this
machine can do at most for a request that asks the database once.
"""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler


def application() -> WSGIHandler:
    """Libraries insist on their middleware while they load, so it is taken away after that."""
    django.setup(set_prefix=False)
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = "benchmarks.yardstick_urls"
    return WSGIHandler()
