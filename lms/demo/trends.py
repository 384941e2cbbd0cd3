"""Gives Northbridge the better part of a year of tests by invented drivers, so that trends show
something: among them a week in which far more people than before did not pass.

Written in bulk, in the order in which life would have written it, with papers of one question: the
lessons and full papers of so many people would take minutes. Nobody can sign in as one of them.
"""

import random
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from assessments import paper, waiting
from assessments.models import Answer, DrawnQuestion, Question, QuestionOption, Sitting, TestRule
from certificates import reference
from certificates.models import Certificate, CertificateEvent, ValidityRule
from certificates.renewal import LONDON, add_months, london_day
from courses.actions import start_cohort
from courses.models import Cohort, CohortPlace, CoursePage, Enrolment
from licensing.actions import notice_changes, work_out_points
from lms.demo.courses import Upkeep
from lms.demo.people import ON_RECORD
from people.models import Authority, Learner, Licence, User

WEEKS, LATEST_COMEBACK = 32, 2  # Weeks ago.
A_WEEK, ODD_WEEK = 7, 28  # Drivers in a usual week, and in the one that stands out.
NOT_PASSED, NOT_PASSED_THEN = 0.25, 0.65
POINTS = 45  # Weeks and months.
MINUTES = 10  # That a test takes.
FIRST = ("Ada", "Bilal", "Carys", "Dewi", "Ewa", "Farah", "Gwen", "Hamza", "Ines", "Jakub", "Kofi")
LAST = ("Abbot", "Baig", "Cole", "Dudek", "Ellis", "Farooq", "Gill", "Hart", "Idris", "Kaya")
OPERATORS = ("City Cars", "Riverside Taxis", "Abbey Minibuses", "")
LANGUAGES = ("en", "en", "en", "ur", "pl")
GROUP = "Evening class"


@dataclass
class Try:
    """One invented driver's try on one day; ``place`` counts the drivers."""

    place: int
    week: int
    at: datetime
    passed: bool
    second: bool = False
    sitting: Any = None


def load_trends(upkeep: Upkeep, course: CoursePage, *, officer: User, now: datetime) -> None:
    """Made once; the line of met training for the better part of a year, the rest by the clock."""
    authority = upkeep.authority
    if Licence.objects.filter(authority=authority, number=_number(0)).exists():
        return
    chance = random.Random(2026)  # noqa: S311  (an invention, the same every time)
    today = london_day(now)
    tries = _tries(chance, today)
    people = _people(authority, tries, chance)
    enrolments = _enrolments(authority, course, tries, people)
    _sit(tries, enrolments, officer=officer, today=today)
    _certify(tries, people)
    _group(authority, course, upkeep, tries, people)
    work_out_points(now=now, limit=POINTS, authorities=[authority])
    notice_changes(now=now)


def _number(place: int) -> str:
    return f"PH-{4001 + place}"


def _tries(chance: random.Random, today: date) -> list[Try]:
    """A few drivers each week; who did not pass comes back a week later and does."""
    monday = today - timedelta(days=today.weekday())
    tries: list[Try] = []
    place = 0
    for week in range(WEEKS, 0, -1):
        many = ODD_WEEK if week == 1 else A_WEEK + chance.randrange(4)
        for _ in range(many):
            day = monday - timedelta(weeks=week) + timedelta(days=chance.randrange(6))
            at = datetime.combine(day, time(9 + chance.randrange(8)), tzinfo=LONDON)
            passed = chance.random() >= (NOT_PASSED_THEN if week == 1 else NOT_PASSED)
            tries.append(Try(place, week, at, passed))
            if not passed and week > LATEST_COMEBACK:
                back = at + timedelta(weeks=1)
                tries.append(Try(place, week - 1, back, passed=True, second=True))
            place += 1
    return sorted(tries, key=lambda one: one.at)


def _people(
    authority: Authority, tries: list[Try], chance: random.Random
) -> list[tuple[Learner, Licence]]:
    """Each with a licence; who has not passed yet is still an applicant."""
    passed = {one.place for one in tries if one.passed}
    learners = Learner.objects.bulk_create(
        Learner(
            authority=authority,
            full_name=f"{FIRST[place % len(FIRST)]} {LAST[place % len(LAST)]}",
            created_at=ON_RECORD,
        )
        for place in range(max(one.place for one in tries) + 1)
    )
    licences = Licence.objects.bulk_create(
        Licence(
            authority=authority,
            number=_number(place),
            kind=Licence.Kind.PRIVATE_HIRE,
            state=Licence.State.CURRENT if place in passed else Licence.State.APPLICANT,
            full_name=learner.full_name,
            date_of_birth=date(1960, 1, 1) + timedelta(days=chance.randrange(15_000)),
            operator_reference=OPERATORS[place % len(OPERATORS)],
            language=LANGUAGES[place % len(LANGUAGES)],
            holder=learner,
            held_from=ON_RECORD,
            created_at=ON_RECORD,
        )
        for place, learner in enumerate(learners)
    )
    return list(zip(learners, licences, strict=True))


def _enrolments(
    authority: Authority,
    course: CoursePage,
    tries: list[Try],
    people: list[tuple[Learner, Licence]],
) -> dict[int, Enrolment]:
    first = {one.place: one.at for one in reversed(tries)}
    passed = {one.place: one.at for one in tries if one.passed}
    made = Enrolment.objects.bulk_create(
        Enrolment(
            learner=people[place][0],
            course=course,
            authority=authority,
            started_at=at - timedelta(days=5),
            completed_at=at - timedelta(hours=1),
            closed_at=passed.get(place),
        )
        for place, at in first.items()
    )
    return dict(zip(first, made, strict=True))


def _sit(tries: list[Try], enrolments: dict[int, Enrolment], *, officer: User, today: date) -> None:
    """First tries before second ones: nobody has two open at once."""
    course = next(iter(enrolments.values())).course
    rules: Any = TestRule.objects.in_force(authority=None, on=today)
    rule = rules.filter(course=course).first()
    ids = Question.objects.drawable().order_by("pk").values_list("pk", flat=True)
    questions = list(QuestionOption.objects.bank_questions(list(ids)))
    for number, one in enumerate(tries):
        frozen = _paper(questions[number % len(questions)], number)
        counter = one.place % 3 == 0
        one.sitting = Sitting(
            learner_id=enrolments[one.place].learner_id,
            enrolment=enrolments[one.place],
            course=course,
            authority_id=enrolments[one.place].authority_id,
            rule=rule,
            seed=f"{number:064x}",
            paper=frozen,
            paper_digest=paper.digest(frozen),
            question_count=1,
            identity_check="counter" if counter else "none",
            identity_checked_by=officer if counter else None,
            identity_checked_at=one.at - timedelta(minutes=12) if counter else None,
            started_at=one.at - timedelta(minutes=MINUTES),
            deadline_at=one.at + timedelta(minutes=rule.time_limit_minutes - MINUTES),
        )
    for second in (False, True):
        _answer([one for one in tries if one.second is second])


def _paper(question: Any, number: int) -> Any:
    topic: paper.FrozenTopic = {"slug": question.topic, "title": question.topic, "minimum": 0}
    return paper.freeze(questions=[question], topics=[topic], seed=f"{number:064x}")


def _answer(tries: list[Try]) -> None:
    """Opened, answered and closed: every constraint and trigger judges it."""
    Sitting.objects.bulk_create([one.sitting for one in tries])
    DrawnQuestion.objects.bulk_create(
        DrawnQuestion(
            sitting=one.sitting,
            position=1,
            question_id=question["question_id"],
            revision_id=question["revision_id"],
        )
        for one in tries
        for question in one.sitting.paper["questions"]
    )
    Answer.objects.bulk_create(
        Answer(
            sitting=one.sitting,
            position=1,
            chosen=_chosen(one),
            answered_at=one.at - timedelta(minutes=4),
        )
        for one in tries
    )
    for one in tries:
        one.sitting.closed_at, one.sitting.closed_by = one.at, Sitting.ClosedBy.SUBMIT
        one.sitting.outcome = Sitting.Outcome.PASSED if one.passed else Sitting.Outcome.FAILED
        one.sitting.correct_count = int(one.passed)
        if not one.passed:
            wait = waiting.wait_after(one.sitting.rule.waits, 1)
            one.sitting.next_try_at = waiting.over_at(one.at, wait)
    columns = ["closed_at", "closed_by", "outcome", "correct_count", "next_try_at"]
    Sitting.objects.bulk_update([one.sitting for one in tries], columns)


def _chosen(one: Try) -> str:
    (question,) = one.sitting.paper["questions"]
    if one.passed:
        return str(question["key"])
    right = question["key"].split()
    tokens = [str(option["token"]) for option in question["options"]]
    return next(token for token in tokens if token not in right)


def _certify(tries: list[Try], people: list[tuple[Learner, Licence]]) -> None:
    rule: Any = ValidityRule.objects.in_force(authority=None, on=tries[0].at.date()).first()
    certificates = []
    for one in tries:
        if not one.passed:
            continue
        (learner, licence), course = people[one.place], one.sitting.course
        passed_on = one.at.date()
        until = add_months(passed_on, rule.months)
        certificates.append(
            Certificate(
                reference=reference.make(secrets.token_bytes(reference.RANDOM_LENGTH)),
                sitting=one.sitting,
                learner=learner,
                authority=licence.authority,
                course=course,
                counts_for=course,
                rule=rule,
                holder_name=learner.full_name,
                licence_number=licence.number,
                authority_name=licence.authority.name,
                course_title=course.title,
                course_edition=course.edition,
                passed_at=one.at,
                passed_on=passed_on,
                valid_until=until,
                renew_from=until - timedelta(days=rule.renewal_window_days),
                issued_at=one.at + timedelta(seconds=2),
            )
        )
    Certificate.objects.bulk_create(certificates)
    CertificateEvent.objects.bulk_create(
        CertificateEvent(
            certificate=certificate,
            kind=CertificateEvent.Kind.ISSUED,
            recorded_at=certificate.issued_at,
            effective_on=certificate.passed_on,
        )
        for certificate in certificates
    )


def _group(
    authority: Authority,
    course: CoursePage,
    upkeep: Upkeep,
    tries: list[Try],
    people: list[tuple[Learner, Licence]],
) -> None:
    """One driver in four learns in an evening class."""
    began = min(one.at for one in tries) - timedelta(days=10)
    cohort: Cohort = start_cohort(
        authority=authority,
        name=GROUP,
        course=course,
        trainer=upkeep.keeper,
        deadline_on=max(one.at for one in tries).date() + timedelta(days=60),
        by=upkeep.keeper,
        now=began,
    )
    CohortPlace.objects.bulk_create(
        CohortPlace(cohort=cohort, learner=learner, added_by=upkeep.keeper, added_at=began)
        for learner, _licence in people[::4]
    )
