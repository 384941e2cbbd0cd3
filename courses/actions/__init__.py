"""Every change to courses, cohorts and progress."""

from courses.actions.authoring import allow_term, open_to_trainers, start_course
from courses.actions.learning import (
    ProgressRefused,
    answer_check,
    close_enrolment,
    complete_round,
    enrol,
    pass_screen,
)

__all__ = [
    "ProgressRefused",
    "allow_term",
    "answer_check",
    "close_enrolment",
    "complete_round",
    "enrol",
    "open_to_trainers",
    "pass_screen",
    "start_course",
]
