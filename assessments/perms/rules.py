"""Who sees, proposes and approves test rules."""

from typing import Any

from django.db.models import Q, QuerySet

from assessments.models import TestRule, Topic
from courses.models import CoursePage, LessonPage
from people import perms as people


def readable_rules(user: Any) -> QuerySet[TestRule]:
    """The test rules that the person may read."""
    rules: QuerySet[TestRule] = TestRule.objects.filter(people.readable_rules(user))
    return rules.select_related("authority", "course", "proposed_by", "approved_by")


def may_name_affected(user: Any, rule: TestRule) -> bool:
    """Whoever decides the rules of an authority may know which of its people a rule would touch. A
    national one touches those of many, and names nobody."""
    return rule.authority is not None and people.may_decide_rules(user, authority=rule.authority)


def rule_courses() -> "QuerySet[CoursePage]":
    """The courses a rule may be made for: a draft's title is its authors' alone, and a rule for it
    can wait until it is live."""
    courses: QuerySet[CoursePage] = CoursePage.objects.original().live()
    return courses


def rule_topics(course: CoursePage) -> "QuerySet[Topic]":
    """What a test of the course may ask about: the topics of its live lessons, and for a refresher
    those of the full course, too. Anybody may know them; other topics may be drafts of others."""
    lessons = LessonPage.objects.live()
    taught = Q(lesson__in=lessons.descendant_of(course))
    if course.refreshes is not None:
        taught |= Q(lesson__in=lessons.descendant_of(course.refreshes))
    topics: QuerySet[Topic] = Topic.objects.filter(taught)
    return topics
