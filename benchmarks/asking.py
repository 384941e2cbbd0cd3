"""`python -m benchmarks.asking ROUNDS`: the statements behind searches and figures, by themselves.

Prints the statement of a search and the names of its values in one line of JSON, then for each
round how many licences the figures of an authority counted, the seconds of the figures alone and
those of the figures with the digest of what they were worked out from.
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402  (Django must be set up first)

from certificates.renewal import london_day  # noqa: E402
from licensing.answers import OF_NUMBERS  # noqa: E402
from licensing.compliance import compliance  # noqa: E402
from licensing.measuring import measure  # noqa: E402
from people.models import Authority  # noqa: E402


def main(rounds: int) -> None:
    print(json.dumps([OF_NUMBERS.text, OF_NUMBERS.names]))
    authority = Authority.objects.get(code="DEMO-NB")
    for days in range(rounds):
        now = timezone.now() - timedelta(days=365 * days)  # As at each of the last years.
        asked = {"as_at": london_day(now), "known_at": timezone.now()}
        began = time.perf_counter()
        found = compliance(authority_id=authority.pk, **asked)
        counted = time.perf_counter()
        proved = measure(authority_id=authority.pk, **asked)
        if proved.figures != found:
            raise ValueError("The figures are not those of the figures with their digest.")
        print(found.denominator, counted - began, time.perf_counter() - counted)


if __name__ == "__main__":
    main(int(sys.argv[1]))
