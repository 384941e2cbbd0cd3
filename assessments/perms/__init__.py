"""May this person …? One function for each question."""

from assessments.perms.bank import (
    QUESTION_ROLES,
    TOPIC_ROLES,
    authored_courses,
    choosable_images,
    may_with_question,
    questions_open_to,
    same_bank,
    trainer_lessons,
    trainer_questions,
    trainer_topics,
)
from assessments.perms.rules import (
    may_decide_rules,
    may_name_affected,
    may_read_rules,
    readable_rules,
    rule_authorities,
    rule_courses,
    rule_topics,
)
from assessments.perms.sittings import Standing, own_sitting, standing

__all__ = [
    "QUESTION_ROLES",
    "TOPIC_ROLES",
    "Standing",
    "authored_courses",
    "choosable_images",
    "may_decide_rules",
    "may_name_affected",
    "may_read_rules",
    "may_with_question",
    "own_sitting",
    "questions_open_to",
    "readable_rules",
    "rule_authorities",
    "rule_courses",
    "rule_topics",
    "same_bank",
    "standing",
    "trainer_lessons",
    "trainer_questions",
    "trainer_topics",
]
