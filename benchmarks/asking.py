"""`python -m benchmarks.asking ROUNDS`: the statements behind searches and figures, by themselves.

Prints the statement of a search in one line of JSON, then for each round how many licences the
figures of an authority counted and their seconds.
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402  (Django must be set up first)

from certificates.renewal import london_day  # noqa: E402
from licensing.answers import FACTS, OF_NUMBERS  # noqa: E402
from licensing.compliance import compliance  # noqa: E402
from people.models import Authority  # noqa: E402


def main(rounds: int) -> None:
    print(json.dumps(FACTS.format(narrowing=OF_NUMBERS)))
    authority = Authority.objects.get(code="DEMO-NB")
    for days in range(rounds):
        now = timezone.now() - timedelta(days=365 * days)  # As at each of the last years.
        began = time.perf_counter()
        found = compliance(
            authority_id=authority.pk, as_at=london_day(now), known_at=timezone.now()
        )
        print(found.denominator, time.perf_counter() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]))
