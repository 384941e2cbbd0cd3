"""What stands on one screen of a lesson, beside the words of the screen itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from courses.forms import CheckForm
from courses.glossary import Glossary, HardWord
from courses.models import (
    Approval,
    CoursePage,
    Enrolment,
    GlossaryWord,
    LessonCompletion,
    LessonPage,
    ScreenVisit,
    titles_in,
)
from people.models import Learner

LONGEST = 4 * 60 * 60  # Seconds. Whoever took longer was not reading all the while.
_signer = signing.Signer(salt="courses.screen-shown")


@dataclass(frozen=True)
class Check:
    """An understanding check as one screen shows it; ``chosen`` is the place of the latest try."""

    id: str
    form: CheckForm
    options: list[Any]
    chosen: int | None

    @property
    def answered(self) -> bool:
        return self.chosen is not None


@dataclass(frozen=True)
class TextLanguage:
    """The language the words of a page are in."""

    code: str

    @property
    def name(self) -> str:
        """As those who speak it write it."""
        return dict(settings.LANGUAGES).get(self.code, self.code)

    @property
    def direction(self) -> str:
        return "rtl" if get_language_info(self.code)["bidi"] else "ltr"

    def quote(self, text: str) -> SafeString:
        """``text`` of this language inside a sentence of another one."""
        return format_html('<bdi lang="{}" dir="{}">{}</bdi>', self.code, self.direction, text)


def titles_for(language: str, lessons: Iterable[LessonPage]) -> dict[int, SafeString]:
    """The title of each lesson in a language, or as it was written and marked so. One query, none
    for the language the lessons were written in."""
    lessons = list(lessons)
    translated = titles_in(language, lessons)
    own = TextLanguage(settings.LANGUAGE_CODE)
    return {
        lesson.pk: TextLanguage(language).quote(translated[lesson.translation_key])
        if lesson.translation_key in translated
        else own.quote(lesson.title)
        for lesson in lessons
    }


def checks_on(
    screen: Any, *, chosen: Mapping[UUID, int], posted: Mapping[str, Any] | None = None
) -> dict[str, Check]:
    """The checks of a screen by identifier, with the latest try at each (``chosen``).

    ``posted`` is a try being made now, for the check it names.
    """
    checks = {}
    for block in screen.value["content"]:
        if block.block_type != "check":
            continue
        options = block.value["options"]
        answer = chosen.get(UUID(block.id))
        form = CheckForm(
            posted if posted and posted.get("check") == block.id else None,
            prefix=block.id,
            question=block.value["question"],
            options=[option["text"] for option in options],
            initial={"option": answer},
        )
        known = answer is not None and answer < len(options) and not form.is_bound
        checks[block.id] = Check(block.id, form, list(options), answer if known else None)
    return checks


def glossary_in(language: str) -> Glossary:
    """The word list of a language, whole, in one query."""
    words = GlossaryWord.objects.filter(language=language)
    return Glossary(
        HardWord(word.pk, word.word, word.meaning, tuple(word.forms())) for word in words
    )


def changes_since_read(enrolment: Enrolment, lesson: LessonPage) -> "QuerySet[Approval, str]":
    """What has changed for somebody who went through an older wording of the lesson in this round,
    and has not finished the new one. One query."""
    own = {"enrolment": enrolment, "lesson": lesson}
    older = Q(revision=None) | Q(revision__lt=OuterRef("revision"))
    read_before = ScreenVisit.objects.filter(older, **own)
    finished_since = LessonCompletion.objects.filter(revision__gte=OuterRef("revision"), **own)
    changes = Approval.objects.filter(
        Exists(read_before),
        ~Exists(finished_since),
        lesson=lesson,
        material=True,
        revision__lte=lesson.live_revision_id,
    )
    return changes.order_by("revision").values_list("change_note", flat=True)


def changes_since_finished(learner: Learner, refresher: CoursePage) -> list[str]:
    """What is new in a refresher and in the course it refreshes since the learner's last finished
    round of either. Two queries; empty for somebody who has finished neither."""
    courses = [refresher, refresher.counts_for]
    rounds = Enrolment.objects.of(learner).filter(course__in=courses)
    last = rounds.exclude(closed_at=None).order_by("-closed_at").first()
    if last is None:
        return []
    below = Q()
    for course in courses:
        below |= Q(lesson__path__startswith=course.path)
    changes = Approval.objects.filter(
        below, material=True, lesson__live=True, approved_at__gt=last.closed_at
    )
    return list(changes.order_by("approved_at").values_list("change_note", flat=True))


def stamp(enrolment: Enrolment, screen_id: UUID, *, now: datetime) -> str:
    """When this screen was shown in this round, signed: the form brings it back."""
    shown: str = _signer.sign_object([enrolment.pk, str(screen_id), int(now.timestamp())])
    return shown


def seconds_since(
    shown: str, enrolment: Enrolment, screen_id: UUID, *, now: datetime
) -> int | None:
    """Whole seconds since ``shown``; None for a stamp that is forged, missing, of another screen,
    or older than anybody reads."""
    try:
        whose, where, then = _signer.unsign_object(shown)
    except signing.BadSignature:
        return None
    seconds = int(now.timestamp()) - then
    own = (whose, where) == (enrolment.pk, str(screen_id))
    return seconds if own and 0 <= seconds <= LONGEST else None
