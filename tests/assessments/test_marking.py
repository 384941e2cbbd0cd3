from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.marking import Revisit, Standard, mark, passed_topics, required_count


def paper(*topics, critical=(), minimums=None):
    """One question for each topic named, in that order; its key is ``key-<place>``."""
    slugs = sorted(set(topics))
    return {
        "version": 1,
        "topics": [
            {"slug": slug, "title": slug.title(), "minimum": (minimums or {}).get(slug, 0)}
            for slug in slugs
        ],
        "questions": [
            {
                "question_id": place,
                "revision_id": None,
                "topic": topic,
                "lesson_id": 10 + slugs.index(topic),
                "critical": place in critical,
                "options": [
                    {"token": f"key-{place}", "text": "Right"},
                    {"token": f"no-{place}", "text": "Wrong"},
                ],
                "key": f"key-{place}",
            }
            for place, topic in enumerate(topics, start=1)
        ],
    }


def keys(*places):
    return {place: f"key-{place}" for place in places}


@given(st.integers(1, 100), st.integers(1, 200))
def test_required_count_is_the_share_rounded_up(pass_mark, questions):
    assert required_count(pass_mark, questions) == ceil(Fraction(pass_mark * questions, 100))


@pytest.mark.parametrize(
    ("pass_mark", "questions", "required"),
    [(100, 20, 20), (95, 20, 19), (80, 20, 16), (67, 3, 3), (66, 3, 2), (1, 20, 1), (99, 20, 20)],
)
def test_required_count_by_example(pass_mark, questions, required):
    assert required_count(pass_mark, questions) == required


@pytest.mark.parametrize(
    ("pass_mark", "right", "passed"),
    [(100, 5, True), (100, 4, False), (80, 4, True), (80, 3, False), (81, 4, False)],
)
def test_pass_is_decided_by_the_count(pass_mark, right, passed):
    marking = mark(paper(*"aaaaa"), keys(*range(1, right + 1)), Standard(pass_mark))
    assert (marking.correct_count, marking.passed) == (right, passed)


def test_missing_answer_is_wrong():
    assert mark(paper("a", "a"), keys(1), Standard(100)).correct_count == 1


def test_paper_without_questions_is_never_passed():
    assert not mark(paper(), {}, Standard(100)).passed


@pytest.mark.parametrize("token", ["", "key-2", "no-1", "made-up"])
def test_token_that_is_not_the_key_of_its_own_question_never_scores(token):
    assert mark(paper("a", "a"), {1: token}, Standard(100)).correct_count == 0


def test_answer_at_a_place_that_the_paper_has_not_never_scores():
    assert mark(paper("a"), {0: "key-1", 2: "key-1"}, Standard(100)).correct_count == 0


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=20),
    st.dictionaries(
        st.integers(-2, 25),
        st.integers(-2, 25).map(lambda place: f"key-{place}") | st.sampled_from(["", "no-1"]),
    ),
    st.integers(1, 100),
)
def test_each_question_counts_once_and_only_with_its_own_key(topics, answers, pass_mark):
    marking = mark(paper(*topics), answers, Standard(pass_mark))
    right = sum(answers.get(place) == f"key-{place}" for place in range(1, len(topics) + 1))
    assert marking.correct_count == right
    assert marking.passed == (right >= required_count(pass_mark, len(topics)))
    assert marking == mark(paper(*topics), dict(reversed(answers.items())), Standard(pass_mark))


def test_topics_to_revisit_stand_in_the_order_of_the_blueprint_with_their_lessons():
    marking = mark(paper("b", "a", "c", "a"), keys(3), Standard(100))
    assert marking.revisit == (Revisit("a", "A", (10,)), Revisit("b", "B", (11,)))


@pytest.mark.parametrize("lessons", [(33, 1), (1, 33)])
def test_lessons_of_a_topic_stand_in_an_order_that_says_nothing_of_the_questions(lessons):
    two = paper("a", "a")
    for question, lesson_id in zip(two["questions"], lessons, strict=True):
        question["lesson_id"] = lesson_id
    assert mark(two, {}, Standard(100)).revisit == (Revisit("a", "A", (1, 33)),)


def test_nothing_is_to_be_revisited_when_all_is_right():
    assert mark(paper("a", "b"), keys(1, 2), Standard(100)).revisit == ()


def test_missed_critical_question_fails_whatever_the_count():
    marking = mark(paper(*"aaaaa", critical={5}), keys(1, 2, 3, 4), Standard(80))
    assert (marking.critical_missed, marking.passed) == (True, False)


def test_critical_question_answered_rightly_does_no_harm():
    assert mark(paper(*"aaaaa", critical={5}), keys(2, 3, 4, 5), Standard(80)).passed


@pytest.mark.parametrize(("right", "short"), [((1, 2, 3, 4), ("b",)), ((1, 2, 3, 5), ())])
def test_topic_below_its_minimum_fails_whatever_the_count(right, short):
    marking = mark(paper(*"aaaabb", minimums={"b": 1}), keys(*right), Standard(50))
    assert (marking.short_topics, marking.passed) == (short, not short)


def several(*right, of=4):
    """A paper of one question with several right options."""
    one = paper("a")
    one["questions"][0] |= {
        "kind": "multiple",
        "options": [{"token": f"t{place}", "text": "Text"} for place in range(of)],
        "key": " ".join(f"t{place}" for place in right),
    }
    return one


@pytest.mark.parametrize(
    ("chosen", "right"),
    [("t0 t2", True), ("t0", False), ("t0 t1 t2", False), ("t1 t3", False), ("", False)],
    ids=["all", "one-missing", "one-too-many", "others", "none"],
)
def test_several_choice_needs_all_right_options_and_no_wrong_one(chosen, right):
    assert mark(several(0, 2), {1: chosen}, Standard(100)).passed == right


def test_missed_critical_question_does_no_more_than_count_where_the_rule_says_so():
    standard = Standard(80, critical_must_be_right=False)
    assert mark(paper(*"aaaaa", critical={5}), keys(1, 2, 3, 4), standard).passed


@pytest.mark.parametrize("pass_mark", [60, 80])
@pytest.mark.parametrize("minimum", [0, 2])
@pytest.mark.parametrize("critical_must_be_right", [True, False])
@pytest.mark.parametrize("right", [(1, 2, 3, 4), (1, 2, 3, 5), (2, 3, 4, 5), (1, 2, 3), (3, 4, 5)])
def test_mark_minimum_and_must_get_right_hold_together(
    pass_mark, minimum, critical_must_be_right, right
):
    """Five questions: three of topic a, two of topic b; the first must be right (R06)."""
    held = paper(*"aaabb", critical={1}, minimums={"b": minimum})
    standard = Standard(pass_mark, critical_must_be_right)
    enough = len(right) >= ceil(Fraction(pass_mark, 100) * 5)
    topic_b = len({4, 5} & set(right)) >= minimum
    safe = 1 in right or not critical_must_be_right
    assert mark(held, keys(*right), standard).passed == (enough and topic_b and safe)


def test_withdrawn_question_counts_as_right_for_whoever_missed_it():
    held = paper("a", "a")
    marking = mark(held, keys(1), Standard(100), withdrawn={(2, None)})
    assert (marking.correct_count, marking.passed, marking.revisit) == (2, True, ())


def test_other_version_of_a_withdrawn_question_counts_as_before():
    assert not mark(paper("a", "a"), keys(1), Standard(100), withdrawn={(2, 7)}).passed


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=8),
    st.sets(st.integers(1, 8)),
    st.sets(st.integers(1, 8)),
    st.sets(st.integers(1, 8)),
    st.integers(1, 100),
)
def test_withdrawing_never_takes_a_right_answer_or_a_pass_away(
    topics, right, first, second, pass_mark
):
    held = paper(*topics, critical={1})
    standard = Standard(pass_mark)
    before, one, both = (
        mark(held, keys(*right), standard, withdrawn={(pk, None) for pk in withdrawn})
        for withdrawn in (set(), first, first | second)
    )
    assert before.correct_count <= one.correct_count <= both.correct_count
    assert before.passed <= one.passed <= both.passed


@pytest.mark.parametrize(
    ("right", "passed"),
    [((1, 2, 3), {"a"}), ((1, 2, 3, 4), {"a"}), ((2, 3, 4, 5), {"b"}), ((1, 4), set())],
    ids=["all-of-a", "half-of-b", "critical-of-a-missed", "too-few-of-each"],
)
def test_topic_that_is_good_on_its_own_need_not_be_sat_again(right, passed):
    held = paper(*"aaabb", critical={1}, minimums={"b": 1})
    assert passed_topics(held, keys(*right), Standard(80)) == passed


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=8),
    st.sets(st.integers(1, 8)),
    st.integers(1, 100),
)
def test_paper_whose_every_topic_is_good_on_its_own_is_passed(topics, right, pass_mark):
    held, standard = paper(*topics, critical={1}), Standard(pass_mark)
    good = passed_topics(held, keys(*right), standard)
    assert good != set(topics) or mark(held, keys(*right), standard).passed
