"""Proposing rules in tests: the data of the form, and a rule that waits for its second name."""

from django.urls import reverse

from assessments import actions
from assessments.models import TestRule, Topic
from tests.assessments.conftest import fill_bank


def topic_of(course, place=0):
    """The topic of one of the course's lessons, with four published questions."""
    lesson = course.lessons()[place]
    topic, _ = Topic.objects.get_or_create(
        slug=f"{course.slug}-{lesson.slug}", defaults={"title": lesson.title, "lesson": lesson}
    )
    fill_bank(topic, 4 - topic.questions.count())
    return topic


def form_url(course, **query):
    return reverse("propose_test_rule", query={"course": course.pk, **query})


def rule_url(rule):
    return reverse("test_rule", args=[rule.pk])


def rule_data(course, council, **changes):
    topic = topic_of(course)
    return {
        "authority": council.pk if council else "",
        "effective_from": "2027-01-01",
        "reason": "The committee decided so.",
        "pass_mark": 90,
        "critical_must_be_right": "on",
        "time_limit_minutes": "",
        "tries": 3,
        "when_spent": "refer",
        "wait_1_amount": 48,
        "wait_1_unit": "H",
        "language": "en-gb",
        f"questions_{topic.pk}": 2,
        f"minimum_{topic.pk}": 1,
        **changes,
    }


def proposed(course, council, by, now, *, questions=2, **fields):
    """A rule that waits for somebody else's approval; in force from today unless told otherwise."""
    rule = TestRule(
        **{
            "course": course,
            "authority": council,
            "effective_from": now.date(),
            "reason": "Test",
            **fields,
        }
    )
    blueprint = {topic_of(course): (questions, 0)}
    return actions.propose_rule(rule=rule, blueprint=blueprint, by=by, now=now)
