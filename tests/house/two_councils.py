"""Two councils with secrets, and everybody who might want to read them.

Each council has drafts of every kind. Whatever only its own trainers may read holds the council's
marker; whatever a search should find holds ``WORD`` beside it, so that a search echoes no marker.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.test import TestCase
from wagtail.models import Comment, Workflow

from assessments.models import Topic
from courses.actions import open_to_trainers
from courses.models import Contact, GlossaryWord, LessonPage
from licensing.actions import (
    draw_recheck,
    enter_session,
    make_committee_pack,
    make_foi_pack,
    plan_recheck,
    sign_session,
)
from licensing.financial_year import FinancialYear
from lms.roles import REVIEW, sync_groups
from people.actions import end_membership, grant_membership
from people.models import Authority, Membership, User
from tests.factories import (
    AuthorityFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    make_question,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORD = "findable"
LONG_PAST = date(2020, 1, 1)  # Overdue for review, so that reports list it.
Role = Membership.Role


@dataclass
class Council:
    """One council, its staff by role, and its secrets."""

    authority: Authority
    marker: str
    people: dict[str, User] = field(default_factory=dict)
    course: Any = None
    module: Any = None
    draft_lesson: Any = None
    changed_lesson: Any = None
    waiting_lesson: Any = None
    topic: Any = None
    draft_question: Any = None
    changed_question: Any = None
    waiting_question: Any = None

    @property
    def kinds(self) -> dict[str, str]:
        """What is secret, and the words that give it away."""
        names = ("draftlesson", "changedlesson", "draftquestion", "changedquestion")
        return {name: self.marker + name for name in names}

    def secret(self, kind: str) -> str:
        return f"{self.kinds[kind]} {WORD}"

    def lessons(self) -> list[Any]:
        return [self.draft_lesson, self.changed_lesson, self.waiting_lesson]

    def questions(self) -> list[Any]:
        return [self.draft_question, self.changed_question, self.waiting_question]


def build() -> tuple[Council, Council]:
    """Both councils, with the search index and the references brought up to date."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        first, second = _staffed("aquokka"), _staffed("bquokka")
        for council in (second, first):  # What the first has, is what was edited last.
            _write_courses(council)
            _write_bank(council)
            _send_to_review(council)
            _prepare_meeting(council)
        _change_places(first, second)
    return first, second


def _staffed(marker: str) -> Council:
    council = Council(AuthorityFactory(code=marker.upper()), marker)
    for role in [*Role.values, "former"]:
        user = UserFactory(email=f"{role}-{marker[0]}@example.org")
        held = Role.AUTHOR if role == "former" else role
        grant_membership(user=user, authority=council.authority, role=held, by=None, now=NOW)
        council.people[role] = user
    return council


def _write_courses(council: Council) -> None:
    writer, letter = council.people["former"], council.marker[0]
    upkeep = {"keeper": writer, "review_due_on": LONG_PAST}
    fields = {"authority": council.authority, "owner": writer, **upkeep}
    council.course = make_course(slug=f"course-{letter}", **fields)
    second = make_course(slug=f"second-{letter}", lessons=1, **fields)
    sync_groups()
    for course in (council.course, second):
        open_to_trainers(course=course)
    council.module = council.course.get_first_child().specific
    council.changed_lesson, council.waiting_lesson = LessonPage.objects.child_of(council.module)
    council.draft_lesson = council.module.add_child(
        instance=LessonPage(live=False, minutes=5, title="x", slug="x", summary="x", **upkeep)
    )
    for lesson in council.lessons():
        kind = "draftlesson" if lesson is council.draft_lesson else "changedlesson"
        _rewrite(lesson, council.secret(kind), writer)
    council.draft_lesson.save()
    _lock(council.changed_lesson, writer)
    Comment.objects.create(
        page=council.draft_lesson,
        user=writer,
        text=council.secret("draftlesson"),
        contentpath="title",
    )


def _rewrite(lesson: LessonPage, secret: str, writer: User) -> None:
    """A new version that has not gone live, with the secret in every place."""
    contact, _ = Contact.objects.get_or_create(key="police", defaults={"name": "Police"})
    content = [
        {"type": "text", "value": f"<p>{secret}</p>"},
        {"type": "contacts", "value": [contact.pk]},
    ]
    lesson.title = lesson.summary = lesson.sources = secret
    lesson.screens = [{"type": "screen", "value": {"heading": secret, "content": content}}]
    if not lesson.live:
        lesson.slug = secret.replace(" ", "-")
    lesson.owner = writer
    lesson.save_revision(user=writer, log_action=True)


def _write_bank(council: Council) -> None:
    """Live questions are secrets too: all of their versions hold the marker."""
    writer = council.people["former"]
    council.topic = Topic.objects.create(
        slug=f"topic-{council.marker[0]}", title="A topic", lesson=council.changed_lesson
    )
    council.draft_question = make_question(council.topic, live=False, text="x")
    council.changed_question = make_question(council.topic, text=council.secret("changedquestion"))
    council.waiting_question = make_question(council.topic, text=council.secret("changedquestion"))
    for question in council.questions():
        kind = "draftquestion" if question is council.draft_question else "changedquestion"
        question.text = question.explanation = question.source = council.secret(kind)
        question.keeper, question.review_due_on = writer, LONG_PAST
        options = list(question.options.all())
        for option in options:
            option.text = council.secret(kind)
        question.options = options
        question.save_revision(user=writer, log_action=True)
    council.draft_question.save()
    _lock(council.changed_question, writer)


def _lock(content: Any, by: User) -> None:
    content.locked, content.locked_by, content.locked_at = True, by, NOW
    content.save(update_fields=["locked", "locked_by", "locked_at"])


def _send_to_review(council: Council) -> None:
    workflow = Workflow.objects.get(name=REVIEW)
    for content in (council.waiting_lesson, council.waiting_question):
        workflow.start(content, council.people["former"])


def _prepare_meeting(council: Council) -> None:
    """Training that a councillor signed for and nobody countersigned, and packs of each kind."""
    officer, authority = council.people[Role.OFFICER], council.authority
    session = enter_session(
        authority=authority,
        title="Safeguarding for the committee",
        held_on=NOW.date(),
        provider="A provider",
        months=12,
        course=None,
        by=officer,
        now=NOW,
    )
    sign_session(session=session, by=council.people[Role.COUNCILLOR], now=NOW)
    made = {"by": officer, "today": NOW.date(), "now": NOW}
    make_foi_pack(authority=authority, year=FinancialYear.of(NOW.date()), cost=None, **made)
    licence = LicenceFactory(authority=authority, number=f"PH-{council.marker[0].upper()}")
    make_committee_pack(
        licence=licence, as_at=NOW.date(), known_at=NOW, reason="A hearing.", **made
    )
    planned = {"what": "identity", "how_many": 1, "licence_kinds": ["private_hire"], "by": officer}
    for purpose in ("Drawn.", "Not looked at before."):
        recheck = plan_recheck(
            authority=authority, starts_at=NOW, purpose=purpose, now=NOW, **planned
        )
        if purpose == "Drawn.":
            draw_recheck(recheck=recheck, now=NOW)


def _change_places(*councils: Council) -> None:
    """Whoever wrote, owned, locked and sent in everything at one council works at the other now."""
    for council, other in (councils, councils[::-1]):
        former = council.people["former"]
        by = council.people[Role.OFFICER]
        end_membership(membership=former.memberships.get(), by=by, now=NOW)
        for role in (Role.AUTHOR, Role.REVIEWER):
            grant_membership(user=former, authority=other.authority, role=role, by=None, now=NOW)
        GlossaryWord.objects.create(word=f"word-{council.marker[0]}", meaning="A meaning.")
