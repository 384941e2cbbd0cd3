"""`python -m benchmarks.entrants COUNT`: drivers who have done every lesson and are signed in.

Prints their session keys, one on each line. Needs a seeded database.
"""

import sys
from datetime import timedelta
from importlib import import_module

import django
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

django.setup()

from django.utils import timezone  # noqa: E402  (Django must be set up before its models load)

from courses.models import CoursePage, Enrolment, LessonCompletion  # noqa: E402
from people.models import Learner, User  # noqa: E402


def main(count: int) -> None:
    course = CoursePage.objects.original().get(slug="safeguarding")
    lessons = list(course.lessons())
    free = Learner.objects.exclude(enrolments__closed_at=None, enrolments__isnull=False)
    learners = free.filter(user__email__endswith="@scale.example").select_related("user")
    now = timezone.now()
    for learner in learners.order_by("pk")[:count]:
        enrolment = Enrolment.objects.create(
            learner=learner,
            course=course,
            authority_id=learner.authority_id,
            started_at=now - timedelta(days=1),
            completed_at=now - timedelta(hours=1),
        )
        LessonCompletion.objects.bulk_create(
            LessonCompletion(
                enrolment=enrolment,
                lesson=lesson,
                revision_id=lesson.live_revision_id,
                completed_at=now - timedelta(hours=1),
            )
            for lesson in lessons
        )
        print(signed_in(learner.user))


def signed_in(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


main(int(sys.argv[1]))
