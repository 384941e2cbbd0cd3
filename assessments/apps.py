from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "Knowledge tests"

    def ready(self) -> None:
        from assessments import receivers  # noqa: F401, PLC0415  (the app registry comes first)
