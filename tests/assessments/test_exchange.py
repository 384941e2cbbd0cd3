"""Questions go into the bank of a course as drafts, and come out of it as they are."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from assessments.actions import ImportRefused, export_questions, import_questions
from assessments.importers import READERS, WRITERS
from assessments.importers.item import Choice, Kind, Reading
from assessments.management.commands import export_questions as export_command
from assessments.management.commands import import_questions as import_command
from assessments.models import Question, QuestionOption, TestRule, TestRuleTopic, Topic
from courses.models import CoursePage
from tests.assessments.importers.items import question as item
from tests.assessments.importers.items import several, statement
from tests.factories import (
    AuthorityFactory,
    UserFactory,
    make_course,
    make_question,
)

pytestmark = pytest.mark.django_db
FORMATS = pytest.mark.parametrize("name", WRITERS)


@pytest.fixture
def topic(course):
    return Topic.objects.create(slug="signs", title="Signs", lesson=course.lessons()[1])


def reading(*items):
    return Reading(tuple(enumerate(items, start=1)), ())


def take(course, *items, **options):
    return import_questions(course=course, reading=reading(*items), by=None, **options)


def texts():
    return list(Question.objects.order_by("pk").values_list("text", flat=True))


def rich_bank(topic):
    """Every kind of question, with all that a format can carry and much that it might trip over."""
    lessons = CoursePage.objects.get(slug="course").lessons()
    other = Topic.objects.create(slug="acts_2", title="Acts", lesson=lessons[0])
    facts = {"source": "Act 2004, s.11", "live": False, "lesson": topic.lesson}
    bank = [
        Question(topic=topic, text="=1 {a} ~ # : \\ 'x'\r\n\r\n<b>", critical=True, **facts),
        Question(topic=other, text="Which\n two?", kind="multiple", explanation="So.", **facts),
        Question(topic=other, text="It is.", kind="true_false", language="cy", **facts),
        Question(topic=topic, text="How many?", fixed_order=True, **facts),
        Question(topic=other, text="Yn wir?", kind="true_false", **facts),
    ]
    options = [
        [("-1", True), ("+2", False), (" [html]<i>\xa0", False)],
        [("a", True), ("%50%b", True), ("c#", False)],
        [("True", False), ("False", True)],
        [("1", False), ("2", True), ("3", False)],
        [("Gwir", True), ("Anwir", False)],
    ]
    for question, texts in zip(bank, options, strict=True):
        question.options = [
            QuestionOption(text=text, correct=correct, sort_order=place)
            for place, (text, correct) in enumerate(texts)
        ]
        question.save()
        question.save_revision()
    bank[0].latest_revision.publish()


def exported(course, name):
    out = StringIO()
    call_command("export_questions", course=course.slug, format=name, stdout=out)
    return out.getvalue()


def imported(course, name, file, **options):
    out = StringIO()
    call_command(
        "import_questions", str(file), course=course.slug, format=name, stdout=out, **options
    )
    return out.getvalue()


def test_item_becomes_a_draft_with_one_version_of_its_author(course, topic):
    author = UserFactory()
    said = several(
        ["a", "b"], ["c"], text="Q", topic="signs", source="S", explanation="E", critical=True
    )
    report = import_questions(course=course, reading=reading(said), by=author)
    [question] = Question.objects.all()
    assert (report.read, report.imported, report.skipped, report.unsorted) == (1, 1, (), 0)
    assert (question.live, question.kind, question.text) == (False, "multiple", "Q")
    assert (question.topic, question.lesson_id) == (topic, topic.lesson_id)
    assert (question.source, question.explanation, question.critical) == ("S", "E", True)
    assert (question.keeper, question.review_due_on) == (None, None)
    assert [revision.user for revision in question.revisions.all()] == [author]
    options = [(option.text, option.correct) for option in question.options.all()]
    assert options == [("a", True), ("b", True), ("c", False)]


def test_feedback_of_options_is_kept_at_the_end_of_the_explanation(course):
    choices = (Choice("a", correct=True, feedback="Yes."), Choice("b", correct=False))
    take(course, item(choices=choices, explanation="E"))
    assert Question.objects.get().explanation == "E\na: Yes."


def test_same_file_twice_is_the_same_as_once(course):
    items = [item(text="Q1"), item(text="Q2"), item(text="Q2", critical=True)]
    assert take(course, *items).imported == 3
    report = take(course, *items)
    assert (report.imported, len(texts())) == (0, 3)
    assert {skipped.reason for skipped in report.skipped} == {
        "This question is in the bank already."
    }


def test_question_with_another_right_option_is_another_question(course):
    take(course, item())
    changed = (Choice("Ring 999", correct=False), Choice("Drive on", correct=True))
    assert take(course, item(choices=changed)).imported == 1


def test_newest_draft_is_what_counts_as_being_there(course):
    take(course, item(text="Old"))
    question = Question.objects.get()
    question.text = "New"
    question.save_revision(clean=False)
    report = take(course, item(text="New"), item(text="Old"))
    assert [skipped.name for skipped in report.skipped] == ["New"]


def test_retired_question_does_not_come_back(course):
    take(course, item())
    Question.objects.update(
        retired_at=timezone.now(), retired_by=UserFactory(), retired_reason="Wrong."
    )
    assert take(course, item()).imported == 0


def test_dry_run_says_the_same_and_changes_nothing(course):
    items = [item(text="Q1"), item(text="Q1"), item(text="Q2", language="xx")]
    told = take(course, *items, dry_run=True)
    assert (Question.objects.count(), Topic.objects.count()) == (0, 0)
    assert take(course, *items) == told


def test_item_that_the_bank_refuses_never_spoils_its_neighbours(course):
    too_long = item(
        text="Q2", choices=(Choice("x" * 251, correct=True), Choice("b", correct=False))
    )
    report = take(course, item(text="Q1"), too_long, item(text="Q3"))
    assert (report.read, report.imported, texts()) == (3, 2, ["Q1", "Q3"])
    [skipped] = report.skipped
    assert (skipped.position, skipped.reason) == (2, "The database refuses the question.")


def test_language_that_is_not_of_the_service_is_skipped(course):
    report = take(course, item(text="Q1", language="cy"), item(text="Q2", language="xx"))
    assert [skipped.reason for skipped in report.skipped] == [
        "There are no tests in the language “xx”."
    ]
    assert Question.objects.get().language == "cy"


def test_topic_follows_from_the_lesson_where_none_is_known(course, topic):
    take(course, item(topic="elsewhere", lesson="lesson-2"))
    question = Question.objects.get()
    assert (question.topic, question.lesson_id) == (topic, topic.lesson_id)


def test_lesson_named_goes_before_that_of_the_topic(course, topic):
    take(course, item(topic="signs", lesson="lesson-1"))
    question = Question.objects.get()
    assert (question.topic, question.lesson.slug) == (topic, "lesson-1")


def test_question_without_a_place_waits_where_no_test_draws(course, topic):
    report = take(course, item(text="Q1"), item(text="Q2", topic="?", lesson="?"))
    assert report.unsorted == 2
    [waiting] = {question.topic for question in Question.objects.all()}
    assert (waiting.slug, waiting.lesson.slug) == (f"unsorted-{course.pk}", "lesson-1")
    assert not TestRuleTopic.objects.filter(topic=waiting).exists()


def test_topic_of_another_authority_is_not_open(course):
    other = make_course(slug="other", authority=AuthorityFactory())
    Topic.objects.create(slug="theirs", title="Theirs", lesson=other.lessons()[0])
    assert take(course, item(topic="theirs")).unsorted == 1


def test_topic_that_the_test_of_the_course_draws_from_is_open(course, now):
    other = make_course(slug="other", authority=AuthorityFactory())
    theirs = Topic.objects.create(slug="theirs", title="Theirs", lesson=other.lessons()[0])
    signed = {"proposed_by": UserFactory(), "proposed_at": now, "reason": "Theirs as well."}
    rule = TestRule.objects.create(course=course, effective_from=now.date(), **signed)
    TestRuleTopic.objects.create(rule=rule, topic=theirs, questions=1)
    take(course, item(text="New", topic="theirs"))
    question = Question.objects.get(text="New")
    assert (question.topic, question.lesson.slug) == (theirs, "lesson-1")


def test_course_without_a_lesson_is_refused():
    with pytest.raises(ImportRefused) as refusal:
        take(make_course(lessons=0), item())
    assert refusal.value.code == "no_lesson"


@pytest.mark.parametrize("count", [1, 12])
def test_export_costs_the_same_whatever_the_size_of_the_bank(
    course, topic, count, django_assert_num_queries
):
    for number in range(count):
        make_question(topic, live=number % 2 == 0, text=f"Q{number}")
    with django_assert_num_queries(4):
        assert len(export_questions(course=course).items) == count


def test_export_is_of_one_course(course, topic):
    other = make_course(slug="other")
    make_question(topic, text="Mine")
    make_question(Topic.objects.create(slug="t", title="T", lesson=other.lessons()[0]))
    assert [one.text for one in export_questions(course=course).items] == ["Mine"]


def test_export_holds_the_live_version_and_the_newest_draft(course, topic):
    for live in (True, False):
        question = make_question(topic, live=live, text="Old")
        question.text = "New"
        question.save_revision()
    assert [one.text for one in export_questions(course=course).items] == ["Old", "New"]


def test_retired_questions_are_not_exported(course, topic):
    question = make_question(topic, live=False)
    Question.objects.filter(pk=question.pk).update(
        retired_at=timezone.now(), retired_by=UserFactory(), retired_reason="Wrong."
    )
    assert export_questions(course=course).items == ()


def test_question_that_no_format_can_hold_is_named(course, topic):
    image = get_image_model().objects.create(title="A cab", file=get_test_image_file())
    pictured = make_question(topic, live=False, text="What is this?")
    Question.objects.filter(pk=pictured.pk).update(image=image, image_alt="A cab")
    pictured.refresh_from_db()
    pictured.save_revision()
    make_question(topic, live=False, text="x" * 2001)
    export = export_questions(course=course)
    assert export.items == ()
    assert export.left_out == (
        ("What is this?", "It has a picture."),
        ("x" * 80, "The question is longer than 2,000 characters."),
    )


@FORMATS
def test_export_import_export_is_equal_to_the_byte(course, topic, name, tmp_path):
    rich_bank(topic)
    first = exported(course, name)
    file = tmp_path / "bank"
    file.write_text(first, encoding="utf-8", newline="")
    Question.objects.all().delete()
    report = json.loads(imported(course, name, file, json=True))
    assert report == {"read": 5, "imported": 5, "skipped": []}
    assert exported(course, name) == first


@FORMATS
def test_bank_moves_to_another_course_of_the_authority_to_the_byte(course, topic, name, tmp_path):
    for number in range(3):
        make_question(topic, live=number == 0, text="The same question")
    first = exported(course, name)
    file = tmp_path / "bank"
    file.write_text(first, encoding="utf-8", newline="")
    other = make_course(slug="other")
    imported(other, name, file)
    assert exported(other, name) == first


def test_nothing_imported_is_live(course, tmp_path):
    for name, write in WRITERS.items():
        take(
            course, *[one for _place, one in READERS[name](write([item(text=name)]).encode()).items]
        )
    assert Question.objects.count() == 3
    assert not Question.objects.live().exists()


AIKEN = "Q1\nA. a\nB. b\nANSWER: A\n\nBad\nA. a\n\nQ2\nA. a\nB. b\nANSWER: B\n"


@pytest.fixture
def aiken(tmp_path):
    file = tmp_path / "list.txt"
    file.write_text(AIKEN)
    return file


def test_report_is_one_object(course, aiken):
    assert json.loads(imported(course, "aiken", aiken, json=True)) == {
        "read": 3,
        "imported": 2,
        "skipped": [
            {"position": 2, "name": "Bad", "reason": "line 6: There is no line ANSWER."},
        ],
    }
    assert texts() == ["Q1", "Q2"]


def test_report_for_people_names_what_was_skipped_and_what_is_left_to_do(course, aiken):
    assert imported(course, "aiken", aiken, dry_run=True).splitlines() == [
        "2. Bad: line 6: There is no line ANSWER.",
        "3 read, 2 would be imported as drafts, 1 skipped.",
        "2 of them have no topic that is known: sort them.",
    ]
    assert texts() == []


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["{file}", "--course", "nowhere", "--format", "aiken"], 1, "no course nowhere"),
        (["{file}", "--course", "course", "--format", "moodle-xml"], 1, "no XML"),
        (["nothing.txt", "--course", "course", "--format", "aiken"], 2, "no file nothing.txt"),
    ],
)
def test_import_is_refused_with_a_reason_and_a_code(course, aiken, arguments, code, reason):
    arguments = [argument.format(file=aiken) for argument in arguments]
    with pytest.raises(CommandError, match=reason) as refusal:
        call_command("import_questions", *arguments)
    assert refusal.value.returncode == code


@pytest.mark.parametrize("command", [import_command, export_command])
@pytest.mark.parametrize("given", [["--course", "c", "--format", "word"], ["--format", "gift"], []])
def test_wrong_usage_ends_with_2(command, given, capsys):
    arguments = [*given, "file"] if command is import_command else given
    called = command.Command()
    called._called_from_command_line = True
    parser = called.create_parser("manage.py", "questions")
    with pytest.raises(SystemExit) as end:
        parser.parse_args(arguments)
    assert end.value.code == 2


def test_course_without_lessons_is_refused_by_the_command(aiken):
    make_course(slug="empty", lessons=0)
    with pytest.raises(CommandError, match="no lesson"):
        call_command("import_questions", str(aiken), "--course", "empty", "--format", "aiken")


def test_file_that_is_too_large_is_refused_unread(course, tmp_path):
    file = tmp_path / "large"
    with file.open("wb") as large:
        large.truncate(10 * 1024**3)
    with pytest.raises(CommandError, match="larger than 5 MB"):
        imported(course, "gift", file)


def test_export_of_an_unknown_course_is_refused():
    with pytest.raises(CommandError, match="no course nowhere"):
        call_command("export_questions", "--course", "nowhere", "--format", "gift")


def test_export_names_on_standard_error_what_it_leaves_out(course, topic):
    make_question(topic, live=False, text="x" * 2001)
    out, err = StringIO(), StringIO()
    call_command("export_questions", course="course", format="gift", stdout=out, stderr=err)
    assert out.getvalue() == ""
    assert err.getvalue() == (
        f"Left out: {'x' * 80}: The question is longer than 2,000 characters.\n"
    )


def test_statement_becomes_a_question_of_its_kind(course):
    take(course, statement(right=False, text="It is."))
    assert Question.objects.get().kind == Kind.TRUE_FALSE


def test_documentation_names_every_column_and_format():
    text = (Path(__file__).parents[2] / "docs" / "question-formats.md").read_text(encoding="utf-8")
    for column in ["name", "kind", "topic", "lesson", "language", "critical", "fixed_order"]:
        assert column in text
    for name in READERS:
        assert name in text


def test_question_without_a_source_cannot_go_live(course, now):
    take(course, item(source=""), item(text="Q2", source="Act 2004"))
    without, with_source = Question.objects.order_by("pk")
    fault = ("source", "Say where the fact comes from.")
    assert fault in without.publication_faults(on=now.date())
    assert fault not in with_source.publication_faults(on=now.date())
