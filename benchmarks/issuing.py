"""`python -m benchmarks.issuing COUNT`: what one certificate costs, in milliseconds of one core.

Prints a line for the whole issue and for each part of it: the page, lint, both signatures, and
"rows", which is all the rest (PostgreSQL works in another process while this one waits).
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402  (Django must be set up before its models load)

from certificates import credential, signing  # noqa: E402
from certificates.actions import issue_certificate, sealing  # noqa: E402
from courses.models import CoursePage  # noqa: E402
from people.models import Learner  # noqa: E402
from tests.certificates.factories import make_sitting  # noqa: E402

PARTS = {
    "page": (sealing, "render_certificate"),
    "lint": (sealing, "lint"),
    "credential": (credential, "sign"),
    "PDF signature": (signing, "_sign_pdf"),
}
spent: dict[str, list[float]] = {name: [] for name in PARTS}


def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def measured(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        done = work(*args, **kwargs)
        spent[name].append((time.perf_counter() - began) * 1000)
        return done

    return measured


def main(count: int) -> None:
    course = CoursePage.objects.original().get(slug="safeguarding")
    holders = Learner.objects.filter(user__email__endswith="@scale.example").order_by("-pk")
    now = timezone.now()
    sittings = [make_sitting(at=now, learner=learner, course=course) for learner in holders[:count]]
    for name, (module, function) in PARTS.items():
        setattr(module, function, timed(name, getattr(module, function)))
    whole = []
    for sitting in sittings:
        began = time.perf_counter()
        issue_certificate(sitting_id=sitting.pk, now=now)
        whole.append((time.perf_counter() - began) * 1000)
    # The first one reads fonts and contexts; it is not counted.
    parts = {name: median(each[1:]) for name, each in spent.items()}
    total = median(whole[1:])
    for name, part in {"whole": total, **parts, "rows": total - sum(parts.values())}.items():
        print(f"{name}\t{part}")


main(int(sys.argv[1]))
