import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lms.scale import ScaleError, seed


class Command(BaseCommand):
    help = "Add a large invented data set to the demo, for benchmarks. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--learners", type=int, required=True, help="how many to add")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.LMS_ENV == "production":
            raise CommandError("An invented data set is refused in production.")
        if options["learners"] < 1:
            raise CommandError("Ask for one learner or more.", returncode=2)
        began = time.perf_counter()
        try:
            for done in seed(learners=options["learners"], now=timezone.now()):
                self.stdout.write(f"{done:,} learners, {time.perf_counter() - began:.1f} s")
        except ScaleError as error:
            raise CommandError(str(error)) from error
