"""Loads the short courses for people who work beside drivers, and the translations."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from courses.actions import add_people, start_cohort, start_translation
from courses.models import Cohort, Contact, CoursePage, LessonPage, ModulePage
from lms.demo.courses import CONTENT, Upkeep, load_course, read, screens_of

SHORT_COURSES = (
    "safeguarding-operators",
    "safeguarding-passenger-assistants",
    "safeguarding-councillors",
    "safeguarding-licensing-officers",
    "safeguarding-childrens-homes",
)


def load_short_courses(upkeep: Upkeep) -> None:
    """One course for each kind of work beside driving; what exists is left alone."""
    for slug in SHORT_COURSES:
        course = read(CONTENT / slug / "course.toml")
        lessons = len(list((CONTENT / slug / "lessons").glob("*.toml")))
        module = tuple(course.pop(f"module_{part}") for part in ("slug", "title", "summary"))
        load_course(course.pop("slug"), [(*module, lessons)], upkeep, **course)


def load_translations(upkeep: Upkeep) -> None:
    """The machine-drafted translations of lessons, published for the demo without a native review:
    the staff report says so of each. What exists is left alone."""
    contacts = dict(Contact.objects.values_list("key", "pk"))
    languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    for course in CoursePage.objects.original().filter(authority=upkeep.authority):
        for language in languages:
            folder = CONTENT / course.slug / language
            if folder.is_dir():
                _translate_course(course, language, folder, upkeep, contacts)


def _translate_course(
    course: CoursePage, language: str, folder: Path, upkeep: Upkeep, contacts: dict[str, int]
) -> None:
    words = read(folder / "course.toml")
    modules = words.pop("modules", {})
    for path in sorted((folder / "lessons").glob("*.toml")):
        lesson = read(path)
        original = LessonPage.objects.descendant_of(course).get(slug=lesson["slug"])
        translation = start_translation(page=original, language=language, by=upkeep.keeper)
        texts = {name: lesson[name] for name in ("title", "summary")}
        _publish(translation, screens=screens_of(lesson, contacts), **texts)
    for module in ModulePage.objects.descendant_of(course).filter(slug__in=modules):
        translation = start_translation(page=module, language=language, by=upkeep.keeper)
        _publish(translation, title=modules[module.slug])
    translation = start_translation(page=course, language=language, by=upkeep.keeper)
    _publish(translation, **words)


def _publish(translation: Any, **words: Any) -> None:
    if translation.live:
        return
    for name, value in words.items():
        setattr(translation, name, value)
    translation.save_revision().publish()


def load_group(upkeep: Upkeep, *, now: datetime, today: date) -> None:
    """A group of councillors who have begun nothing; made once."""
    name = "Licensing committee"
    if Cohort.objects.filter(authority=upkeep.authority, name=name).exists():
        return
    cohort = start_cohort(
        authority=upkeep.authority,
        name=name,
        course=CoursePage.objects.original().get(slug="safeguarding-councillors"),
        trainer=upkeep.keeper,
        deadline_on=today + timedelta(days=90),
        by=upkeep.keeper,
        now=now,
    )
    add_people(cohort=cohort, lines=["councillor@demo.example"], by=upkeep.keeper, now=now)
