"""`python -m benchmarks.rendering SECONDS ROUNDS`: PDFs of certificates per second on one core.

Prints one rate for each round.
"""

import sys
import time

import django

django.setup()

from certificates.models import Certificate  # noqa: E402  (Django must be set up first)
from certificates.pdf import render_certificate  # noqa: E402


def main(seconds: float, rounds: int) -> None:
    certificates = list(Certificate.objects.order_by("pk")[:200])
    render_certificate(certificates[0])  # Reads the fonts; not counted.
    for _ in range(rounds):
        done, began = 0, time.perf_counter()
        while time.perf_counter() < began + seconds:
            render_certificate(certificates[done % len(certificates)])
            done += 1
        print(done / (time.perf_counter() - began))


main(float(sys.argv[1]), int(sys.argv[2]))
