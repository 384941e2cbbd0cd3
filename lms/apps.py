from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LmsConfig(AppConfig):
    name = "lms"
    verbose_name = "Driver safeguarding LMS"

    def ready(self) -> None:
        from lms.roles import sync_groups  # noqa: PLC0415  (the app registry must be ready first)

        post_migrate.connect(sync_groups, sender=self)
