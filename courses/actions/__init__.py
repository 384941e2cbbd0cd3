"""Every change to courses, cohorts and progress."""

from courses.actions.authoring import (
    allow_term,
    open_to_trainers,
    start_course,
    start_translation,
)
from courses.actions.cohorts import (
    Added,
    add_people,
    change_cohort,
    note_export,
    start_cohort,
    take_out,
)
from courses.actions.learning import (
    ProgressRefused,
    answer_check,
    ask_again,
    close_enrolment,
    complete_round,
    enrol,
    pass_screen,
)

__all__ = [
    "Added",
    "ProgressRefused",
    "add_people",
    "allow_term",
    "answer_check",
    "ask_again",
    "change_cohort",
    "close_enrolment",
    "complete_round",
    "enrol",
    "note_export",
    "open_to_trainers",
    "pass_screen",
    "start_cohort",
    "start_course",
    "start_translation",
    "take_out",
]
