"""What may be recognised: the checklist, answer by answer."""

import pytest

from certificates.models import Evidence
from certificates.recognition import (
    CHECKLIST,
    Answer,
    Checked,
    Fault,
    Kind,
    Problem,
    judge,
    points_for,
)

YES, NO, NOT_KNOWN = Answer.YES, Answer.NO, Answer.NOT_KNOWN
RULED_OUT, EXPLAIN, FINE = Fault.RULES_IT_OUT, Fault.NOT_EXPLAINED, None
# Of each point: what a bare yes, no and "not known" lead to.
CASES = {
    "name": (FINE, EXPLAIN, RULED_OUT),
    "number": (FINE, RULED_OUT, EXPLAIN),
    "provider": (FINE, EXPLAIN, EXPLAIN),
    "course": (FINE, RULED_OUT, RULED_OUT),
    "passed": (FINE, RULED_OUT, RULED_OUT),
    "date": (FINE, RULED_OUT, RULED_OUT),
    "age": (FINE, EXPLAIN, EXPLAIN),
    "identity": (EXPLAIN, EXPLAIN, EXPLAIN),
    "genuine": (EXPLAIN, RULED_OUT, EXPLAIN),
    "original": (FINE, RULED_OUT, RULED_OUT),
}


def in_order(kind=Kind.ELSEWHERE):
    return {point.code: Checked(YES, "Seen by the trainer.") for point in points_for(kind)}


def test_checklist_is_the_one_in_the_table():
    assert [point.code for point in CHECKLIST] == list(CASES)


@pytest.mark.parametrize(
    ("code", "answer", "fault"),
    [
        (code, answer, fault)
        for code, faults in CASES.items()
        for answer, fault in zip((YES, NO, NOT_KNOWN), faults, strict=True)
    ],
)
def test_bare_answer_leads_to(code, answer, fault):
    problems = judge(Kind.ELSEWHERE, {**in_order(), code: Checked(answer)})
    assert problems == ([Problem(code, fault)] if fault else [])


@pytest.mark.parametrize(
    ("code", "answer", "faults"),
    [(code, answer, faults) for code, faults in CASES.items() for answer in (YES, NO, NOT_KNOWN)],
)
def test_explanation_helps_only_where_one_is_asked_for(code, answer, faults):
    problems = judge(Kind.ELSEWHERE, {**in_order(), code: Checked(answer, "Because.")})
    ruled_out = faults[list(Answer).index(answer)] is RULED_OUT
    assert problems == ([Problem(code, RULED_OUT)] if ruled_out else [])


@pytest.mark.parametrize("note", ["", " ", "\n\t"])
def test_blank_explanation_is_none(note):
    answers = {**in_order(), "age": Checked(NO, note)}
    assert judge(Kind.ELSEWHERE, answers) == [Problem("age", EXPLAIN)]


@pytest.mark.parametrize("kind", Kind)
def test_every_point_of_the_kind_must_be_answered(kind):
    unanswered = [Problem(point.code, Fault.NOT_ANSWERED) for point in points_for(kind)]
    assert judge(kind, {}) == unanswered


@pytest.mark.parametrize("kind", Kind)
def test_nothing_stands_in_the_way_when_everything_is_in_order(kind):
    assert judge(kind, in_order(kind)) == []


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        (Kind.ELSEWHERE, set()),
        (Kind.CLASSROOM, {"age", "original"}),
        (Kind.PAST_RECORD, {"number", "age", "identity", "original"}),
    ],
)
def test_points_that_a_kind_does_without(kind, left_out):
    assert set(CASES) - {point.code for point in points_for(kind)} == left_out


def test_answer_to_what_was_not_asked_is_a_problem():
    answers = {**in_order(Kind.PAST_RECORD), "age": Checked(YES)}
    assert judge(Kind.PAST_RECORD, answers) == [Problem("age", Fault.NOT_ASKED)]


def test_problems_come_in_the_order_of_the_checklist():
    answers = {**in_order(), "original": Checked(NO), "course": Checked(NO)}
    assert [problem.code for problem in judge(Kind.ELSEWHERE, answers)] == ["course", "original"]


def test_kinds_are_those_of_the_rows():
    assert list(Kind) == Evidence.Kind.values
