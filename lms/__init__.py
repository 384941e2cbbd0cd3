"""The roof: settings, addresses, the clock, shared templates, demo data. Nothing imports it."""

from lms.celery import app as celery_app

__all__ = ["celery_app"]
