"""What the driver learned and how the tests went. Results, never answers."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.models import ResultChange, Sitting
from assessments.perms import readable_sittings
from assessments.views.bundle import RESULTS
from courses.models import CohortPlace, Enrolment, LessonCompletion
from licensing.desk.history.line import Kind, Line, Subject


def _here(subject: Subject, place: str = "") -> Q:
    """Of this authority, or from before the person trained for one."""
    of_whom = Q(**{f"{place}learner__in": subject.people})
    authority = subject.licence.authority_id
    return of_whom & (Q(**{f"{place}authority": authority}) | Q(**{f"{place}authority": None}))


def rounds(subject: Subject) -> Iterator[Line]:
    for one in Enrolment.objects.filter(_here(subject)).select_related("course"):
        details = (one.course.title,)
        yield Line(one.started_at, Kind.LESSONS, _("Started a course"), details, by_driver=True)
        if one.completed_at:
            yield Line(
                one.completed_at, Kind.LESSONS, _("Did every lesson"), details, by_driver=True
            )


def lessons(subject: Subject) -> Iterator[Line]:
    done = LessonCompletion.objects.filter(_here(subject, "enrolment__"))
    for one in done.select_related("lesson"):
        title = (one.lesson.title,)
        yield Line(one.completed_at, Kind.LESSONS, _("Did a lesson"), title, by_driver=True)


def groups(subject: Subject) -> Iterator[Line]:
    places = CohortPlace.objects.filter(
        learner__in=subject.people, cohort__authority=subject.licence.authority_id
    )
    for place in places.select_related("cohort", "added_by", "left_by"):
        name = (place.cohort.name,)
        yield Line(place.added_at, Kind.LESSONS, _("Put in a group"), name, by=place.added_by)
        if place.left_at:
            yield Line(place.left_at, Kind.LESSONS, _("Left a group"), name, by=place.left_by)


def sittings(subject: Subject) -> Iterator[Line]:
    """Each test with the result that it had when it ended."""
    own = readable_sittings(subject.reader).filter(_here(subject))
    for one in own.select_related("course", "started_by", "identity_checked_by").defer("paper"):
        right = gettext("%(right)s of %(all)s questions right, %(mode)s.") % {
            "right": one.correct_count,
            "all": one.question_count,
            "mode": one.get_mode_display(),
        }
        assert one.closed_at is not None
        yield Line(
            at=one.closed_at,
            kind=Kind.TESTS,
            what=gettext("Test: %(result)s") % {"result": RESULTS[Sitting.Outcome(one.outcome)]},
            details=(one.course.title, right),
            by=one.started_by,
            by_driver=one.started_by is None,
            url=reverse("sitting_bundle", args=[one.pk]),
        )


def result_changes(subject: Subject) -> Iterator[Line]:
    own = readable_sittings(subject.reader).filter(_here(subject))
    changed = ResultChange.objects.filter(sitting__in=own.values("pk"))
    for change in changed.select_related("changed_by"):
        result = gettext("The result is now: %(result)s.") % {
            "result": RESULTS[Sitting.Outcome(change.outcome)]
        }
        yield Line(
            at=change.changed_at,
            kind=Kind.TESTS,
            what=_("The result of a test was changed"),
            details=(result, change.get_reason_class_display().capitalize(), change.reason),
            by=change.changed_by,
            url=reverse("sitting_bundle", args=[change.sitting_id]),
        )
