from courses.models.cohorts import Cohort, CohortPlace
from courses.models.contacts import Contact
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage, ModulePage, ReviewedPage
from courses.models.progress import (
    CheckAnswer,
    Enrolment,
    LessonAgain,
    LessonCompletion,
    ScreenVisit,
)
from courses.models.review import AllowedTerm, Approval, Reviewed, SafeguardingReview
from courses.models.translations import titles_in
from courses.models.upkeep import Upkeep, UpkeepQuerySet
from courses.models.words import GlossaryWord

__all__ = [
    "AllowedTerm",
    "Approval",
    "CheckAnswer",
    "Cohort",
    "CohortPlace",
    "Contact",
    "CourseIndexPage",
    "CoursePage",
    "Enrolment",
    "GlossaryWord",
    "LessonAgain",
    "LessonCompletion",
    "LessonPage",
    "ModulePage",
    "Reviewed",
    "ReviewedPage",
    "SafeguardingReview",
    "ScreenVisit",
    "Upkeep",
    "UpkeepQuerySet",
    "titles_in",
]
