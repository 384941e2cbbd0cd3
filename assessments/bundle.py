"""The hearing bundle: one closed sitting re-shown exactly as it was, for a hearing or an appeal.

Plain English whatever the language of the request: a court reads it, and page and file say the same
words. It holds the key, so whoever shows it has asked who may see it. Of help that was granted it
says only that there was some, never what or why.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from string import ascii_uppercase
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation

from assessments import waiting
from assessments.marking import Marking
from assessments.models import PaperPicture, Sitting, TestRule, TimeGiven, Withdrawal
from assessments.paper import digest
from people.models import Licence, User

LONDON = ZoneInfo("Europe/London")
HEADING = "Hearing bundle"
SEALED = "The paper is as it was sealed when the test started."
BROKEN = "WARNING. THE PAPER DOES NOT MATCH ITS SEAL. It was changed after the test started."
SAME = "Marked again now, the paper gives the same result."
DIFFERENT = "WARNING. Marked again now, the paper does not give the result on record."
Row = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """Facts under one heading, each with its label."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Listing:
    """A table under one heading; ``empty`` stands in its place where it has no line."""

    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    empty: str = ""


@dataclass(frozen=True)
class Option:
    letter: str
    text: str
    note: str


@dataclass(frozen=True)
class Picture:
    """``content`` is WebP, empty where the kept copy is missing; ``check`` is about its digest."""

    alt: str
    check: str
    content: bytes

    @property
    def data_url(self) -> str:
        return f"data:image/webp;base64,{b64encode(self.content).decode()}"


@dataclass(frozen=True)
class ShownQuestion:
    number: int
    heading: str
    text: str
    options: tuple[Option, ...]
    verdict: str
    picture: Picture | None


@dataclass(frozen=True)
class Bundle:
    """``sealed``: the digest worked out now is the one stored at the start."""

    heading: str
    person: str
    made: str
    sealed: bool
    seal: str
    sections: tuple[Section, ...]
    listings: tuple[Listing, ...]
    questions: tuple[ShownQuestion, ...]

    def facts(self) -> dict[str, Any]:
        """For the typesetter: plain values alone, a picture as the numbers of its bytes."""
        facts = asdict(self)
        for question in facts["questions"]:
            if question["picture"]:
                question["picture"]["content"] = list(question["picture"]["content"])
        return facts


def bundle_of(sitting: Sitting, *, by: User, now: datetime) -> Bundle:
    """Everything on record about a closed sitting, as it is read by ``by`` at ``now``."""
    with translation.override(settings.LANGUAGE_CODE):
        sealed = digest(sitting.paper) == sitting.paper_digest
        return Bundle(
            heading=HEADING,
            person=sitting.learner.full_name,
            made=f"Made on {moment(now)} for {name(by)}.",
            sealed=sealed,
            seal=SEALED if sealed else BROKEN,
            sections=(
                Section("The person", tuple(_person(sitting))),
                Section("The test", tuple(_test(sitting))),
                Section("The rule that judged it", tuple(_rule(sitting.rule, sitting))),
                Section("The time", tuple(_time(sitting))),
                Section("The result", tuple(_result(sitting))),
                Section("The seal", tuple(_seal(sitting))),
            ),
            listings=(_time_given(sitting), _topics(sitting), _changes(sitting), _answers(sitting)),
            questions=tuple(_questions(sitting)),
        )


def moment(value: datetime) -> str:
    """London time with seconds, on which a hearing may turn: 14:05:09 on 3 April 2026."""
    local = value.astimezone(LONDON)
    return f"{local:%H:%M:%S} on {local.day} {local:%B %Y}"


def name(user: User | None) -> str:
    return (user.get_full_name() or user.email) if user else "the service"


def _person(sitting: Sitting) -> Iterator[Row]:
    licences = Licence.objects.held_by(sitting.learner).filter(authority=sitting.authority_id)
    numbers = ", ".join(licence.number for licence in licences)
    yield "Name", sitting.learner.full_name
    yield "Licence or badge numbers", numbers or "None on record"
    yield "Licensing authority", sitting.authority.name if sitting.authority else "None"
    yield "How identity was checked", sitting.get_identity_check_display()
    if sitting.identity_checked_at:
        checker, at = sitting.identity_checked_by, sitting.identity_checked_at
        yield "Identity was checked by", f"{name(checker)}, {moment(at)}"
    yield "Adjustments were granted", "yes" if sitting.adjustment_id else "no"


def _test(sitting: Sitting) -> Iterator[Row]:
    yield "Number of the sitting", str(sitting.pk)
    yield "Course", sitting.course.title
    yield "Edition of the course today", sitting.course.edition
    yield "How the test was taken", sitting.get_mode_display()
    if sitting.started_by:
        yield "Held by", name(sitting.started_by)
    for carried in sitting.paper.get("carried", ()):
        right = f"{carried['correct']} of {carried['questions']} right"
        yield f"Passed before and not asked: {carried['title']}", right


def _rule(rule: TestRule, sitting: Sitting) -> Iterator[Row]:
    critical = "Each must be right" if rule.critical_must_be_right else "No special rule"
    waits = [_wait(written) for written in rule.waits]
    yield "Whose rule", rule.authority.name if rule.authority else "National default"
    yield "In force from", _day(rule.effective_from)
    yield (
        "To pass",
        f"{rule.pass_mark}%: {sitting.required_count} of {sitting.question_count} right",
    )
    yield "Must-get-right questions", critical
    minutes = rule.time_limit_minutes
    yield "Time limit", f"{minutes} minutes" if minutes else "None"
    yield "Tries in one round", str(rule.tries) if rule.tries else "No limit"
    yield "Waits after each fail", ", ".join(waits) or "None"
    yield "Reason for the rule", rule.reason
    yield "Proposed by", f"{name(rule.proposed_by)}, {moment(rule.proposed_at)}"
    if rule.approved_at:
        yield "Approved by", f"{name(rule.approved_by)}, {moment(rule.approved_at)}"


def _wait(written: str) -> str:
    wait = waiting.parse(written)
    return f"{wait.amount} {({'H': 'hours', 'D': 'days', 'M': 'months'})[wait.unit]}"


def _day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"


def _time(sitting: Sitting) -> Iterator[Row]:
    assert sitting.closed_at is not None
    yield "Started", moment(sitting.started_at)
    if sitting.deadline_at is None:
        yield "Time allowed", "No limit"
    else:
        given = sum(sitting.time_given.values_list("seconds", flat=True))
        allowed = (sitting.deadline_at - sitting.started_at).total_seconds() - given
        yield "Time allowed", f"{allowed / 60:g} minutes"
        yield "Time given later", f"{given / 60:g} minutes"
        yield "Deadline", moment(sitting.deadline_at)
    yield "Ended", f"{moment(sitting.closed_at)}: {sitting.get_closed_by_display()}"


def _result(sitting: Sitting) -> Iterator[Row]:
    yield "First result", sitting.get_outcome_display()
    yield "Right answers at first", f"{sitting.correct_count} of {sitting.question_count}"
    yield "Right answers needed", str(sitting.required_count)
    yield "Result that counts now", str(Sitting.Outcome(sitting.result).label)
    if sitting.outcome == Sitting.Outcome.VOID:
        return
    marking = first_marking(sitting)
    again = "passed" if marking.passed else "failed"
    same = (again, marking.correct_count) == (sitting.outcome, sitting.correct_count)
    yield "Marking again", SAME if same else DIFFERENT
    if marking.critical_missed:
        yield "Must-get-right questions", "At least one was not right."
    if sitting.next_try_at:
        yield "Next try from", moment(sitting.next_try_at)


def first_marking(sitting: Sitting) -> Marking:
    """By what was withdrawn when the sitting ended, as it was marked then."""
    assert sitting.closed_at is not None
    withdrawn = Withdrawal.objects.on(sitting).withdrawn_at(sitting.closed_at).versions()
    return sitting.mark(withdrawn=withdrawn)


def _seal(sitting: Sitting) -> Iterator[Row]:
    yield "Digest stored at the start (SHA-256)", sitting.paper_digest
    yield "Digest worked out now (SHA-256)", digest(sitting.paper)


def _time_given(sitting: Sitting) -> Listing:
    lines = tuple(
        (
            moment(given.given_at),
            f"{given.seconds / 60:g} minutes",
            ": ".join(filter(None, (str(given.get_why_display()), given.reason))),
            _giver(given),
        )
        for given in sitting.time_given.select_related("given_by").order_by("pk")
    )
    headings = ("When", "Time given", "Why", "By")
    return Listing("Time given later", headings, lines, "No time was given later.")


def _giver(given: TimeGiven) -> str:
    asked = given.why == TimeGiven.Why.ASKED
    return "the person" if asked and not given.given_by else name(given.given_by)


def _topics(sitting: Sitting) -> Listing:
    given = sitting.given_answers()
    rights = [
        question["topic"]
        for number, question in enumerate(sitting.questions, start=1)
        if given.get(number) == question["key"]
    ]
    asked = [question["topic"] for question in sitting.questions]
    lines = tuple(
        (
            topic["title"],
            str(rights.count(topic["slug"])),
            str(asked.count(topic["slug"])),
            str(topic["minimum"]),
        )
        for topic in sitting.paper["topics"]
    )
    return Listing("Answers by topic", ("Topic", "Right", "Asked", "Must be right"), lines)


def _changes(sitting: Sitting) -> Listing:
    related = sitting.changes.select_related("changed_by", "withdrawal__proposed_by")
    lines = []
    for change in related.order_by("pk"):
        proposer = [name(change.withdrawal.proposed_by)] if change.withdrawal else []
        before = str(Sitting.Outcome(change.outcome_before).label) if change.outcome_before else "–"
        right = f"{_count(change.correct_before)} to {_count(change.correct_count)}"
        lines.append(
            (
                moment(change.changed_at),
                f"{before} to {change.get_outcome_display()}",
                right,
                f"{change.get_reason_class_display()}: {change.reason}",
                " and ".join([*proposer, name(change.changed_by)]),
            )
        )
    headings = ("When", "Result", "Right answers", "Why", "By")
    return Listing("Changes of the result", headings, tuple(lines), "The result was not changed.")


def _count(count: int | None) -> str:
    return "–" if count is None else str(count)


def _answers(sitting: Sitting) -> Listing:
    """In the order in which they were given; of several to a question the last one counts."""
    seen: set[int] = set()
    lines = []
    for given in sitting.answers.order_by("pk"):
        letters = _letters(sitting.questions[given.position - 1], given.chosen)
        kind = "Changed answer" if given.position in seen else "First answer"
        lines.append((moment(given.answered_at), str(given.position), letters, kind))
        seen.add(given.position)
    title, headings = "Every answer as it was given", ("When", "Question", "Chosen", "Which answer")
    return Listing(title, headings, tuple(lines), "No answer was given.")


def _letters(question: Mapping[str, Any], chosen: str) -> str:
    tokens = chosen.split()
    return ", ".join(
        letter
        for letter, option in zip(ascii_uppercase, question["options"], strict=False)
        if option["token"] in tokens
    )


def _questions(sitting: Sitting) -> Iterator[ShownQuestion]:
    given, titles = sitting.given_answers(), _titles(sitting)
    withdrawn = dict(_withdrawals(sitting))
    pictures = _kept(sitting.questions)
    for number, question in enumerate(sitting.questions, start=1):
        chosen = given.get(number, "")
        gone = withdrawn.get((question["question_id"], question["revision_id"]), "")
        must = " · must be answered right" if question["critical"] else ""
        yield ShownQuestion(
            number=number,
            heading=f"Question {number}: {titles[question['topic']]}{must}",
            text=question["text"],
            options=tuple(_options(question, chosen)),
            verdict=" ".join(filter(None, (_verdict(question, chosen), gone))),
            picture=_picture(question, pictures),
        )


def _titles(sitting: Sitting) -> dict[str, str]:
    return {topic["slug"]: topic["title"] for topic in sitting.paper["topics"]}


def _withdrawals(sitting: Sitting) -> Iterator[tuple[tuple[int, int | None], str]]:
    """For each version on the paper that counts as right now, a sentence that says so."""
    for gone in Withdrawal.objects.counted_in(sitting):
        when = moment(gone.confirmed_at)
        sentence = f"This question was withdrawn at {when} and counts as right: {gone.reason}"
        yield (gone.question_id, gone.revision_id), sentence


def _verdict(question: Mapping[str, Any], chosen: str) -> str:
    if not chosen:
        return "Not answered."
    return "The answer is right." if chosen == question["key"] else "The answer is wrong."


def _options(question: Mapping[str, Any], chosen: str) -> Iterator[Option]:
    tokens, right = chosen.split(), question["key"].split()
    for letter, option in zip(ascii_uppercase, question["options"], strict=False):
        token = option["token"]
        notes = ["chosen"] * (token in tokens) + ["right answer"] * (token in right)
        yield Option(letter, option["text"], ", ".join(notes))


def _kept(questions: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The kept copies of the pictures on the paper, by their digests."""
    digests = [question["picture"]["digest"] for question in questions if question.get("picture")]
    copies = PaperPicture.objects.filter(digest__in=digests)
    return {copy.digest: bytes(copy.content) for copy in copies}


def _picture(question: Mapping[str, Any], kept: Mapping[str, bytes]) -> Picture | None:
    wanted = question.get("picture")
    if not wanted:
        return None
    content = kept.get(wanted["digest"], b"")
    if not content:
        return Picture(wanted["alt"], "WARNING. The picture is missing.", b"")
    if sha256(content).hexdigest() != wanted["digest"]:
        return Picture(wanted["alt"], "WARNING. THE PICTURE DOES NOT MATCH ITS SEAL.", content)
    return Picture(wanted["alt"], "The picture is as it was sealed.", content)
