"""Questions into the bank of a course, and out of it again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from assessments.importers.item import (
    Choice,
    Item,
    ItemRefused,
    Kind,
    Reading,
    Skipped,
    faults,
    is_statement,
    tidied,
    with_feedback_explained,
)
from assessments.models import Question, QuestionOption, TestRuleTopic, Topic
from assessments.refusals import ImportRefused
from courses.models import CoursePage, LessonPage
from people.models import User

# What makes two questions the same: the text, and each option with whether it is right.
Key = tuple[str, frozenset[tuple[str, bool]]]


@dataclass(frozen=True)
class ImportReport:
    """``read`` is always ``imported`` plus the skipped ones. Those ``unsorted`` need a topic."""

    read: int
    imported: int
    skipped: tuple[Skipped, ...]
    unsorted: int


@dataclass(frozen=True)
class Export:
    """``left_out`` holds what no format can carry: how the question begins, and why."""

    items: tuple[Item, ...]
    left_out: tuple[tuple[str, str], ...]


@transaction.atomic
def import_questions(
    *, course: CoursePage, reading: Reading, by: User | None, dry_run: bool = False
) -> ImportReport:
    """Add what was read to the bank of the course, as drafts; each is taken whole or not at all.

    A repeat adds nothing: an item is skipped as often as the bank has its like already. A dry run
    does all the same and takes it back. Raises ImportRefused.
    """
    CoursePage.objects.select_for_update(of=("self",)).get(pk=course.pk)
    bank = _Bank(course)
    if not bank.lessons:
        raise ImportRefused("no_lesson")
    skipped = list(reading.skipped)
    for position, item in reading.items:
        try:
            with transaction.atomic():
                bank.take(item, by=by)
        except ItemRefused as refusal:
            skipped.append(Skipped(position, item.name, str(refusal)))
        except (DataError, IntegrityError):
            skipped.append(Skipped(position, item.name, "The database refuses the question."))
    transaction.set_rollback(dry_run)
    skipped.sort(key=lambda one: one.position)
    return ImportReport(
        read=reading.read,
        imported=reading.read - len(skipped),
        skipped=tuple(skipped),
        unsorted=bank.unsorted,
    )


def export_questions(*, course: CoursePage) -> Export:
    """Every question of the course that is not retired: the live version of what is live, the
    newest draft of the rest; by topic and age, so that the same bank always gives the same."""
    bank = _Bank(course)
    found = sorted(bank.questions(), key=lambda one: (one[1].topic, one[0].pk))
    items, left_out = list[Item](), list[tuple[str, str]]()
    for question, item in found:
        if question.retired_at is not None:
            continue
        reasons = faults(item)
        if question.image_id is not None:
            reasons = ("It has a picture.", *reasons)
        if reasons:
            left_out.append((item.name, " ".join(reasons)))
        else:
            items.append(item)
    return Export(tuple(items), tuple(left_out))


class _Bank:
    """The bank of one course, and where a question finds its place in it."""

    def __init__(self, course: CoursePage) -> None:
        self.course = course
        below = LessonPage.objects.descendant_of(course).order_by("-live", "path")
        self.lessons: dict[int, str] = dict(below.values_list("pk", "slug"))
        self.topics: dict[int, Topic] = Topic.objects.in_bulk()
        self.unsorted = 0

    @cached_property
    def like(self) -> Counter[Key]:
        """How often the bank has each question, the retired ones among them."""
        return Counter(_key(item) for _question, item in self.questions())

    @cached_property
    def open_topics(self) -> list[Topic]:
        """Topics of the same authority, and those that the course's test draws from: nobody puts
        a question where another authority's test would find it."""
        courses = CoursePage.objects.filter(authority=self.course.authority)
        paths = tuple(courses.values_list("path", flat=True))
        drawn = TestRuleTopic.objects.filter(rule__course=self.course)
        drawn_ids = set(drawn.values_list("topic", flat=True))
        lessons = dict(Topic.objects.values_list("pk", "lesson__path"))
        return [
            topic
            for topic in self.topics.values()
            if topic.pk in drawn_ids or (lessons[topic.pk] or "").startswith(paths)
        ]

    def questions(self) -> Iterator[tuple[Question, Item]]:
        """Each as its live version, or as its newest draft, with what it is as an item."""
        found = Question.objects.of_course(self.course).select_related("latest_revision")
        for question in found.prefetch_related("options").order_by("pk"):
            newest = question
            if not question.live and question.latest_revision is not None:
                content = question.latest_revision.content
                newest = Question.from_serializable_data(content, check_fks=False)
                newest.retired_at = question.retired_at
            yield newest, self._item(newest)

    def take(self, item: Item, *, by: User | None) -> None:
        """Raises ItemRefused for what is there already, or is in no language of the service."""
        item = tidied(with_feedback_explained(item))
        key = _key(item)
        if self.like[key] > 0:
            self.like[key] -= 1
            raise ItemRefused("This question is in the bank already.")
        language = item.language or settings.LANGUAGE_CODE
        if language not in dict(settings.LANGUAGES):
            raise ItemRefused(f"There are no tests in the language “{language}”.")
        topic, lesson_id = self._place(item)
        question = Question(
            kind=item.kind,
            topic=topic,
            lesson_id=lesson_id,
            text=item.text,
            language=language,
            fixed_order=item.fixed_order,
            critical=item.critical,
            source=item.source,
            explanation=item.explanation,
            live=False,
            options=[
                QuestionOption(text=choice.text, correct=choice.correct, sort_order=place)
                for place, choice in enumerate(item.choices)
            ],
        )
        question.save()
        # What is missing, like the source, is asked for before the question goes to review.
        question.save_revision(user=by, log_action=True, clean=False)
        self.unsorted += topic.slug == self._unsorted_slug

    @property
    def _unsorted_slug(self) -> str:
        return f"unsorted-{self.course.pk}"

    def _place(self, item: Item) -> tuple[Topic, int]:
        """The topic named, or that of the lesson named; else one that no test draws from."""
        lesson_id = next((pk for pk, slug in self.lessons.items() if slug == item.lesson), None)
        topics = [topic for topic in self.open_topics if topic.slug == item.topic]
        if lesson_id is not None:
            topics += [topic for topic in self.open_topics if topic.lesson_id == lesson_id]
        topic = topics[0] if topics else self._unsorted_topic()
        return topic, lesson_id or self._lesson_of(topic)

    def _lesson_of(self, topic: Topic) -> int:
        own = topic.lesson_id if topic.lesson_id in self.lessons else None
        return own or next(iter(self.lessons))

    def _unsorted_topic(self) -> Topic:
        title = _("Not sorted yet: %(course)s") % {"course": self.course.title}
        topic, created = Topic.objects.get_or_create(
            slug=self._unsorted_slug,
            defaults={"title": title[:120], "lesson_id": next(iter(self.lessons))},
        )
        if created:
            self.open_topics.append(topic)
        return topic

    def _item(self, question: Question) -> Item:
        """A lesson is named where it is not the one that an import would choose, a language where
        it is not the service's own."""
        topic = self.topics[question.topic_id]
        options = sorted(question.options.all(), key=lambda option: option.sort_order or 0)
        choices = tuple(Choice(option.text, option.correct) for option in options)
        # A statement in other words than True and False keeps its words and their order.
        worded = question.kind == Kind.TRUE_FALSE and not is_statement(choices)
        chosen = question.lesson_id in {self._lesson_of(topic), None}
        language = question.language
        return tidied(
            Item(
                name="",
                kind=Kind.SINGLE if worded else Kind(question.kind),
                text=question.text,
                choices=choices,
                topic=topic.slug,
                explanation=question.explanation,
                source=question.source,
                critical=question.critical,
                fixed_order=question.fixed_order or worded,
                language="" if language == settings.LANGUAGE_CODE else language,
                lesson="" if chosen else self.lessons.get(question.lesson_id, ""),
            )
        )


def _key(item: Item) -> Key:
    return item.text, frozenset((choice.text, choice.correct) for choice in item.choices)
