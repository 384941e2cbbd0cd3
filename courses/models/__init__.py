from courses.models.contacts import Contact
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.models.progress import CheckAnswer, Enrolment, LessonCompletion, ScreenVisit

__all__ = [
    "CheckAnswer",
    "Contact",
    "CourseIndexPage",
    "CoursePage",
    "Enrolment",
    "LessonCompletion",
    "LessonPage",
    "ModulePage",
    "ScreenVisit",
]
