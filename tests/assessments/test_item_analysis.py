"""What figures say about a question, against examples worked by hand and against PostgreSQL."""

from statistics import fmean, pstdev

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from assessments.item_analysis import (
    Choice,
    Flag,
    RestOfPaper,
    discrimination,
    facility,
    flags,
    held_back,
)


def rest_of(pairs):
    """Of pairs: whether somebody got the question right, and their share on the rest."""
    shares = [share for _, share in pairs]
    right = [share for is_right, share in pairs if is_right]
    wrong = [share for is_right, share in pairs if not is_right]
    return RestOfPaper(
        answers=len(pairs),
        right=len(right),
        mean_of_right=fmean(right) if right else None,
        mean_of_wrong=fmean(wrong) if wrong else None,
        spread=pstdev(shares) if shares else None,
    )


# Ten people, four questions; 1 is right. The right answers of each person on the other three
# questions stand behind the bar.
#
#   person   A  B  C  D  |  rest of A   rest of B   rest of C   rest of D
#      1     1  1  1  1  |      3           3           3           3
#      2     1  1  1  1  |      3           3           3           3
#      3     1  1  1  0  |      2           2           2           3
#      4     1  1  0  1  |      2           2           3           2
#      5     1  1  0  0  |      1           1           2           2
#      6     1  0  1  0  |      1           2           1           2
#      7     1  0  0  1  |      1           2           2           1
#      8     0  1  0  0  |      1           0           1           1
#      9     0  0  0  1  |      1           1           1           0
#     10     0  0  0  0  |      0           0           0           0
#
# A: 7 of 10 are right, p = 0.7. Rest: right ones 3+3+2+2+1+1+1 = 13, mean 13/7 = 1.857; wrong ones
#    1+1+0 = 2, mean 2/3 = 0.667; all 15, mean 1.5. Squares 9+9+4+4+1+1+1+1+1+0 = 31, so the
#    variance is 3.1 - 2.25 = 0.85 and s = 0.922. r = (1.857 - 0.667) / 0.922 x sqrt(0.7 x 0.3)
#    = 1.190 / 0.922 x 0.458 = 0.592.
# B: p = 0.6. Right 3+3+2+2+1+0 = 11, mean 1.833; wrong 2+2+1+0 = 5, mean 1.25; all 16, mean 1.6.
#    Squares 9+9+4+4+1+4+4+0+1+0 = 36, variance 3.6 - 2.56 = 1.04, s = 1.020.
#    r = 0.583 / 1.020 x sqrt(0.24) = 0.572 x 0.490 = 0.280.
# C: p = 0.4. Right 3+3+2+1 = 9, mean 2.25; wrong 3+2+2+1+1+0 = 9, mean 1.5; all 18, mean 1.8.
#    Squares 9+9+4+9+4+1+4+1+1+0 = 42, variance 4.2 - 3.24 = 0.96, s = 0.980.
#    r = 0.75 / 0.980 x sqrt(0.24) = 0.765 x 0.490 = 0.375.
# D: p = 0.5. Right 3+3+2+1+0 = 9, mean 1.8; wrong 3+2+2+1+0 = 8, mean 1.6; all 17, mean 1.7.
#    Squares 9+9+9+4+4+4+1+1+0+0 = 41, variance 4.1 - 2.89 = 1.21, s = 1.1.
#    r = 0.2 / 1.1 x 0.5 = 0.091.
# Dividing each rest by three, to a share, changes no correlation.
TEN_PEOPLE = [
    (1, 1, 1, 1),
    (1, 1, 1, 1),
    (1, 1, 1, 0),
    (1, 1, 0, 1),
    (1, 1, 0, 0),
    (1, 0, 1, 0),
    (1, 0, 0, 1),
    (0, 1, 0, 0),
    (0, 0, 0, 1),
    (0, 0, 0, 0),
]


@pytest.mark.parametrize(
    ("question", "share", "correlation"),
    [(0, 0.7, 0.592), (1, 0.6, 0.280), (2, 0.4, 0.375), (3, 0.5, 0.091)],
)
def test_figures_agree_with_the_example_worked_by_hand(question, share, correlation):
    pairs = [(row[question], (sum(row) - row[question]) / 3) for row in TEN_PEOPLE]
    assert facility(right=sum(is_right for is_right, _ in pairs), answers=10) == share
    assert discrimination(rest_of(pairs)) == pytest.approx(correlation, abs=0.0005)


# Four people: right with rests 0 and 0.5, wrong with 0.5 and 1. Means 0.25 and 0.75, all 0.5;
# variance (0.25 + 0 + 0 + 0.25) / 4 = 0.125, s = 0.354. r = -0.5 / 0.354 x 0.5 = -0.707.
def test_question_that_the_better_people_get_wrong_is_below_zero():
    pairs = [(True, 0), (True, 0.5), (False, 0.5), (False, 1)]
    assert discrimination(rest_of(pairs)) == pytest.approx(-0.707, abs=0.0005)


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([], id="nobody"),
        pytest.param([(True, 0.5)], id="one person"),
        pytest.param([(True, 0.2), (True, 0.9)], id="all right"),
        pytest.param([(False, 0.2), (False, 0.9)], id="all wrong"),
        pytest.param([(True, 0.7), (False, 0.7)], id="all equally good on the rest"),
        pytest.param([(True, 1 / 3), (False, 1 - 2 / 3)] * 50, id="equal but for rounding"),
    ],
)
def test_discrimination_cannot_be_told_of(pairs):
    assert discrimination(rest_of(pairs)) is None


def test_facility_cannot_be_told_without_answers():
    assert facility(right=0, answers=0) is None


@pytest.fixture
def postgres(db):
    def correlation(pairs):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT corr(a, b) FROM unnest(%s::float[], %s::float[]) AS t (a, b)",
                [[float(is_right) for is_right, _ in pairs], [share for _, share in pairs]],
            )
            return cursor.fetchone()[0]

    return correlation


def test_discrimination_is_the_correlation_that_postgresql_computes(postgres):
    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 19).map(lambda n: n / 19)), min_size=2))
    def agree(pairs):
        ours, theirs = discrimination(rest_of(pairs)), postgres(pairs)
        varied = len({is_right for is_right, _ in pairs}) == len({True, False})
        if varied and len({share for _, share in pairs}) > 1:
            assert ours == pytest.approx(theirs, abs=1e-9)
        else:
            assert ours is None

    agree()


# -- flags ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "found"),
    [(15, ()), (14, (Flag.TOO_HARD,)), (0, (Flag.TOO_HARD,))],
)
def test_question_that_fewer_than_half_get_right_is_too_hard(right, found):
    assert flags(answers=30, right=right, discrimination=0.4) == found


def test_nothing_is_flagged_before_thirty_answers():
    odd = {"right": 1, "discrimination": -0.5, "choices": [Choice("Wrong", False, 28)]}
    assert flags(answers=29, **odd) == ()
    assert set(flags(answers=30, **odd)) == set(Flag)


@pytest.mark.parametrize(
    ("correlation", "found"),
    [
        (0.10, ()),
        (0.09, (Flag.DOES_NOT_TELL_APART,)),
        (-0.3, (Flag.DOES_NOT_TELL_APART,)),
        (None, ()),
    ],
)
def test_question_that_does_not_tell_people_apart_is_flagged(correlation, found):
    assert flags(answers=100, right=80, discrimination=correlation) == found


@pytest.mark.parametrize(("right", "flagged"), [(94, True), (95, False), (100, False)])
def test_easy_question_need_not_tell_people_apart(right, flagged):
    found = flags(answers=100, right=right, discrimination=0.0)
    assert (Flag.DOES_NOT_TELL_APART in found) is flagged


@pytest.mark.parametrize(("times", "flagged"), [(50, False), (51, True)])
def test_wrong_option_chosen_more_often_than_the_right_answer_is_flagged(times, flagged):
    choices = [Choice("Right", True, 60), Choice("Wrong", False, times)]
    found = flags(answers=120, right=50, discrimination=0.4, choices=choices)
    assert (Flag.WRONG_OPTION_POPULAR in found) is flagged


def test_flag_fits_its_column():
    assert max(len(flag) for flag in Flag) <= 20


# -- held back ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flagged", "answers", "reviewed", "held"),
    [
        ((), 100, None, False),
        ((Flag.TOO_HARD,), 30, None, True),
        ((Flag.TOO_HARD,), 30, 30, False),
        ((Flag.TOO_HARD,), 59, 30, False),
        ((Flag.TOO_HARD,), 60, 30, True),
        ((), 60, 30, False),
    ],
)
def test_version_is_held_back_until_reviewed_and_after_as_many_answers_again(
    flagged, answers, reviewed, held
):
    assert held_back(flagged, answers=answers, reviewed_answers=reviewed) is held
