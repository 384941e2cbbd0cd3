"""Loads the course, its refresher and the contact directory from the content files."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from wagtail.models import Page

from courses.actions import open_to_trainers
from courses.models import (
    Contact,
    CourseIndexPage,
    CoursePage,
    GlossaryWord,
    LessonPage,
    ModulePage,
)
from people.models import Authority, User

CONTENT = Path(__file__).resolve().parent / "content"
MODULES = [
    ("understand", "Understand", "What safeguarding is, and how people are harmed.", 2),
    ("notice", "Notice", "What you may see from the driver's seat.", 3),
    ("drive", "Drive", "How a professional keeps every journey safe.", 2),
    ("act", "Act", "What to do, what to write down and whom to tell.", 1),
]
REFRESHER_MODULES = [("refresh", "Refresh", "The main points again.", 2)]


# Lessons about child sexual exploitation: no edition of a course may leave them out (R20).
MANDATORY = {"exploitation-and-grooming", "what-you-might-notice", "look-again"}


@dataclass(frozen=True)
class Upkeep:
    """Who looks after what is loaded: an authority, one of its trainers, and the next review."""

    authority: Authority
    keeper: User
    review_due_on: date

    @property
    def fields(self) -> dict[str, Any]:
        return {"keeper": self.keeper, "review_due_on": self.review_due_on}


def load_contacts(upkeep: Upkeep) -> None:
    """Add the entries that are missing; what staff changed since stays as they left it."""
    for entry in read(CONTENT / "contacts.toml")["contacts"]:
        fields = {name: value for name, value in entry.items() if name not in ("key", "confirmed")}
        Contact.objects.get_or_create(key=entry["key"], defaults={**fields, **upkeep.fields})


def load_glossary(upkeep: Upkeep) -> None:
    """Add the hard words that are missing; what staff changed since stays as they left it."""
    for entry in read(CONTENT / "glossary.toml")["words"]:
        fields = {"also": ", ".join(entry["also"]), "meaning": entry["meaning"], **upkeep.fields}
        GlossaryWord.objects.get_or_create(
            word=entry["word"], language=settings.LANGUAGE_CODE, defaults=fields
        )


def load_courses(upkeep: Upkeep) -> tuple[CoursePage, CoursePage]:
    """The full course and its refresher; each is left alone where it exists."""
    full = load_course(
        "safeguarding",
        MODULES,
        upkeep,
        title="Safeguarding for licensed drivers",
        summary="How to spot harm, keep your passengers safe and tell the right people.",
        introduction=(
            "<p>You see people at every hour of the day. What you notice can keep a child or an "
            "adult safe. This course shows you what to look for and what to do.</p>"
        ),
        edition="2026.1",
    )
    refresher = load_course(
        "safeguarding-refresher",
        REFRESHER_MODULES,
        upkeep,
        title="Safeguarding refresher for licensed drivers",
        summary="The main points again, for drivers who took the full course before.",
        introduction="<p>You took the full course some time ago. This brings it back to mind.</p>",
        edition="2026.1",
        kind=CoursePage.Kind.REFRESHER,
        refreshes=full,
    )
    return full, refresher


def load_course(
    slug: str, modules: list[tuple[str, str, str, int]], upkeep: Upkeep, **fields: Any
) -> CoursePage:
    """The course, published; left alone where it exists. ``modules`` holds the address, title,
    summary and number of lessons of each, which are taken in the order of their files."""
    existing: CoursePage | None = CoursePage.objects.original().filter(slug=slug).first()
    if existing is not None:
        return existing
    course: CoursePage = _publish(
        CourseIndexPage.original(),
        CoursePage(slug=slug, authority=upkeep.authority, **fields, **upkeep.fields),
    )
    open_to_trainers(course=course)
    files = sorted((CONTENT / slug / "lessons").glob("*.toml"))
    contacts = dict(Contact.objects.values_list("key", "pk"))
    for module_slug, title, summary, count in modules:
        module = _publish(course, ModulePage(slug=module_slug, title=title, summary=summary))
        for path in files[:count]:
            _publish(module, _lesson(read(path), contacts, upkeep))
        files = files[count:]
    return course


def _publish(parent: Page, page: Any) -> Any:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _lesson(lesson: dict[str, Any], contacts: dict[str, int], upkeep: Upkeep) -> LessonPage:
    return LessonPage(
        slug=lesson["slug"],
        title=lesson["title"],
        summary=lesson["summary"],
        minutes=lesson["minutes"],
        distressing=lesson["distressing"],
        sources="\n".join(lesson["sources"]),
        screens=screens_of(lesson, contacts),
        mandatory=lesson["slug"] in MANDATORY,
        **upkeep.fields,
    )


def screens_of(lesson: dict[str, Any], contacts: dict[str, int]) -> list[dict[str, Any]]:
    """The screens of a lesson file, as a page stores them."""
    screens = []
    for number, screen in enumerate(lesson["screens"], start=1):
        key = f"{lesson['slug']}/{number}"
        content = [
            _block(block, f"{key}/{place}", contacts)
            for place, block in enumerate(screen["blocks"], start=1)
        ]
        value = {"heading": screen["heading"], "content": content}
        screens.append({"type": "screen", "id": _id(key), "value": value})
    return screens


def _block(block: dict[str, Any], key: str, contacts: dict[str, int]) -> dict[str, Any]:
    kind = block["type"]
    values: dict[str, Any] = {
        "text": lambda: block["html"],
        "callout": lambda: {
            "tone": block["tone"],
            "title": block.get("title", ""),
            "text": block["html"],
        },
        "scenario": lambda: {
            name: block[name] for name in ("title", "story", "prompt", "choices", "reveal")
        },
        "check": lambda: {"question": block["question"], "options": block["options"]},
        "contacts": lambda: [contacts[name] for name in block["contacts"]],
    }
    return {"type": kind, "id": _id(key), "value": values[kind]()}


def _id(key: str) -> str:
    """The same block has the same identifier on every installation."""
    return str(uuid5(NAMESPACE_URL, f"driver-safeguarding/{key}"))


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
