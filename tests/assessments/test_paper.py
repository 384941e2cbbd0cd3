import copy
import json
from collections import Counter
from math import comb, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.paper import (
    DIFFICULTY_BAND,
    SEVERAL,
    BankOption,
    BankQuestion,
    BankTooSmall,
    Candidate,
    chosen_in_order,
    digest,
    draw,
    freeze,
)

SEED = "a-seed"
TOPICS = ("alpha", "beta", "gamma")


def candidates(count, topic="alpha", **fields):
    start = 100 * TOPICS.index(topic)
    return [Candidate(start + number, topic, **fields) for number in range(count)]


def question(question_id=1, *, right=(0,), options=4, **fields):
    return BankQuestion(
        question_id=question_id,
        revision_id=7,
        topic="alpha",
        lesson_id=3,
        text=f"Question {question_id}?",
        critical=False,
        options=tuple(
            BankOption(question_id * 10 + place, f"Text {place}", place in right)
            for place in range(options)
        ),
        **fields,
    )


def frozen(*questions, seed=SEED):
    topics = [{"slug": "alpha", "title": "Alpha", "minimum": 0}]
    return freeze(questions=questions or [question()], topics=topics, seed=seed)


# -- draw ---------------------------------------------------------------------------------------

candidate_lists = st.lists(
    st.builds(
        Candidate,
        question_id=st.integers(1, 10_000),
        topic=st.sampled_from(TOPICS),
        times_shown=st.integers(0, 3),
        in_last_paper=st.booleans(),
        exposure=st.integers(0, 50),
    ),
    unique_by=lambda candidate: candidate.question_id,
    max_size=60,
)
seeds = st.text("0123456789abcdef", max_size=8)
blueprints = st.dictionaries(st.sampled_from(TOPICS), st.integers(1, 6), min_size=1)


@given(blueprints, candidate_lists, seeds)
def test_draw_holds_as_many_of_each_topic_as_the_blueprint_or_says_what_is_missing(
    blueprint, bank, seed
):
    drawn = draw(blueprint=blueprint, candidates=bank, seed=seed)
    held = Counter(candidate.topic for candidate in bank)
    missing = {t: n - held[t] for t, n in blueprint.items() if held[t] < n}
    if missing:
        assert drawn == BankTooSmall(missing)
    else:
        topic_of = {candidate.question_id: candidate.topic for candidate in bank}
        assert Counter(topic_of[question_id] for question_id in drawn) == Counter(blueprint)
        assert len(set(drawn)) == len(drawn)


@settings(max_examples=50)
@given(blueprints, candidate_lists, seeds, st.randoms())
def test_draw_does_not_depend_on_the_order_of_the_bank(blueprint, bank, seed, random):
    shuffled = random.sample(bank, len(bank))
    assert draw(blueprint=blueprint, candidates=bank, seed=seed) == draw(
        blueprint=blueprint, candidates=shuffled, seed=seed
    )


@given(candidate_lists, seeds)
def test_draw_repeats_a_question_of_the_last_paper_only_when_the_bank_leaves_no_other(bank, seed):
    alpha = [candidate for candidate in bank if candidate.topic == "alpha"]
    drawn = draw(blueprint={"alpha": 3}, candidates=bank, seed=seed)
    if isinstance(drawn, BankTooSmall):
        return
    fresh = sum(not candidate.in_last_paper for candidate in alpha)
    repeated = sum(c.in_last_paper for c in alpha if c.question_id in drawn)
    assert repeated == max(3 - fresh, 0)


def test_draw_is_the_same_for_ever_for_a_seed():
    bank = candidates(6) + candidates(6, "beta")
    drawn = draw(blueprint={"alpha": 3, "beta": 2}, candidates=bank, seed="2026")
    assert drawn == (103, 100, 1, 4, 5)


@pytest.mark.parametrize(
    ("preferred", "other"),
    [
        ({}, {"times_shown": 1}),
        ({}, {"times_shown": 1, "in_last_paper": True}),
        ({"times_shown": 5}, {"times_shown": 1, "in_last_paper": True}),
        ({"times_shown": 1, "exposure": 9}, {"times_shown": 2}),
        ({"exposure": 3}, {"exposure": 4}),
        ({"exposure": 90}, {"times_shown": 1}),
    ],
    ids=["unseen", "not-last", "seen-but-not-last", "seen-less", "exposed-less", "unseen-exposed"],
)
def test_draw_prefers_the_fresher_question(preferred, other):
    bank = [Candidate(1, "alpha", **other), Candidate(2, "alpha", **preferred)]
    for seed in "abcdef":
        assert draw(blueprint={"alpha": 1}, candidates=bank, seed=seed) == (2,)


def test_draw_breaks_ties_differently_for_other_seeds():
    bank = candidates(20)
    papers = {draw(blueprint={"alpha": 5}, candidates=bank, seed=str(n)) for n in range(30)}
    assert len(papers) == 30


def test_draw_mixes_the_topics():
    bank = candidates(10) + candidates(10, "beta")
    firsts = {
        draw(blueprint={"alpha": 5, "beta": 5}, candidates=bank, seed=str(n))[0] // 100
        for n in range(30)
    }
    assert firsts == {0, 1}


def test_draw_from_an_empty_blueprint_is_refused():
    assert draw(blueprint={}, candidates=candidates(3), seed=SEED) == BankTooSmall({})


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(TOPICS), st.integers(1, 2), min_size=1),
    st.dictionaries(st.sampled_from(TOPICS), st.integers(2, 4), min_size=3),
    seeds,
)
def test_no_paper_comes_twice_before_the_bank_has_no_other(blueprint, bank, seed):
    """The learner sits until every possible paper was drawn once; only then one comes again."""
    possible = prod(comb(bank[topic], count) for topic, count in blueprint.items())
    shown, last, past = Counter(), frozenset(), []
    for number in range(min(possible, 25) + 1):
        held = [
            Candidate(c.question_id, topic, shown[c.question_id], c.question_id in last)
            for topic, size in bank.items()
            for c in candidates(size, topic)
        ]
        last = frozenset(
            draw(blueprint=blueprint, candidates=held, seed=f"{seed}{number}", past=past)
        )
        assert (last in past) == (number >= possible)
        past.append(last)
        shown.update(last)


def test_paper_that_must_differ_differs_in_as_little_as_it_can():
    bank = candidates(2)
    bank += [Candidate(10 + number, "alpha", in_last_paper=True) for number in range(2)]
    drawn = draw(blueprint={"alpha": 2}, candidates=bank, seed=SEED, past=[frozenset({0, 1})])
    assert len({0, 1} & set(drawn)) == 1


def mean_ease(question_ids, bank):
    ease = {candidate.question_id: candidate.facility for candidate in bank}
    return sum(ease[question_id] for question_id in question_ids) / len(question_ids)


def test_papers_from_a_bank_of_easy_and_hard_questions_are_about_equally_hard():
    """Without swaps, chance alone would give papers far outside the band."""
    bank = [Candidate(n, "alpha", facility=0.95 if n % 2 else 0.55) for n in range(40)]
    papers = [draw(blueprint={"alpha": 10}, candidates=bank, seed=str(n)) for n in range(200)]
    assert all(abs(mean_ease(paper, bank) - 0.75) <= DIFFICULTY_BAND for paper in papers)
    assert len({frozenset(paper) for paper in papers}) > 190


def test_band_swaps_only_questions_that_are_equally_new_to_the_learner():
    seen = [Candidate(n, "alpha", times_shown=1, facility=0.2) for n in range(10)]
    unseen = [Candidate(10 + n, "alpha", facility=0.9) for n in range(5)]
    drawn = draw(blueprint={"alpha": 5}, candidates=seen + unseen, seed=SEED)
    assert set(drawn) == {10, 11, 12, 13, 14}


def test_question_that_too_few_have_answered_counts_as_hard_as_its_topic():
    known = [Candidate(n, "alpha", facility=0.8) for n in range(4)]
    unknown = [Candidate(10 + n, "alpha") for n in range(4)]
    for seed in "abcdef":
        first = draw(blueprint={"alpha": 4}, candidates=known + unknown, seed=seed)
        bare = [Candidate(each.question_id, "alpha") for each in known + unknown]
        assert first == draw(blueprint={"alpha": 4}, candidates=bare, seed=seed)


@settings(max_examples=60)
@given(blueprints, candidate_lists, seeds, st.lists(st.floats(0, 1), min_size=60, max_size=60))
def test_band_changes_neither_the_blueprint_nor_how_new_the_paper_is(
    blueprint, bank, seed, facilities
):
    rated = [
        Candidate(c.question_id, c.topic, c.times_shown, c.in_last_paper, c.exposure, facility)
        for c, facility in zip(bank, facilities, strict=False)
    ]
    plain = draw(blueprint=blueprint, candidates=bank, seed=seed)
    balanced = draw(blueprint=blueprint, candidates=rated, seed=seed)
    if isinstance(plain, BankTooSmall):
        assert balanced == plain
        return
    of = {c.question_id: (c.topic, c.in_last_paper, c.times_shown) for c in bank}
    assert Counter(of[pk] for pk in balanced) == Counter(of[pk] for pk in plain)


# -- freeze -------------------------------------------------------------------------------------


def test_freeze_keeps_the_text_and_names_the_right_option_by_its_token():
    (held,) = frozen(question(5, right=(2,)))["questions"]
    texts = {option["token"]: option["text"] for option in held["options"]}
    assert texts[held["key"]] == "Text 2"
    assert held["question_id"] == 5
    assert held["revision_id"] == 7
    assert held["text"] == "Question 5?"
    assert sorted(texts.values()) == ["Text 0", "Text 1", "Text 2", "Text 3"]


def test_freeze_gives_the_same_options_whichever_is_right():
    papers = [frozen(question(right=(place,))) for place in range(4)]
    shown = [paper["questions"][0]["options"] for paper in papers]
    assert shown[0] == shown[1] == shown[2] == shown[3]


def test_freeze_puts_the_right_option_at_every_place_about_equally_often():
    places = Counter()
    for number in range(400):
        (held,) = frozen(seed=str(number))["questions"]
        tokens = [option["token"] for option in held["options"]]
        places[tokens.index(held["key"])] += 1
    assert set(places) == {0, 1, 2, 3}
    assert min(places.values()) > 60


def test_freeze_gives_other_tokens_for_another_seed():
    tokens = [
        {option["token"] for option in frozen(seed=seed)["questions"][0]["options"]}
        for seed in ("one", "two")
    ]
    assert not tokens[0] & tokens[1]


def test_freeze_makes_tokens_that_fit_their_column():
    tokens = [option["token"] for option in frozen()["questions"][0]["options"]]
    assert {len(token) for token in tokens} == {22}


@pytest.mark.parametrize("right", [(), (0, 1)], ids=["none", "two"])
def test_freeze_refuses_a_question_without_exactly_one_right_option(right):
    options = tuple(BankOption(place, "Text", place in right) for place in range(3))
    with pytest.raises(ValueError, match="right options"):
        frozen(BankQuestion(1, None, "alpha", 3, "?", False, options))


def test_options_of_a_fixed_order_stand_as_they_were_written():
    for seed in "abcdef":
        (held,) = frozen(question(fixed_order=True), seed=seed)["questions"]
        assert [option["text"] for option in held["options"]] == [f"Text {n}" for n in range(4)]


def test_key_of_several_right_options_names_them_in_the_order_of_the_paper():
    (held,) = frozen(question(right=(0, 2, 3), kind=SEVERAL))["questions"]
    shown = [option["token"] for option in held["options"] if option["text"] != "Text 1"]
    assert held["key"] == " ".join(shown)


@pytest.mark.parametrize("right", [(), (0, 1, 2, 3)], ids=["none", "all"])
def test_freeze_refuses_several_choice_without_a_right_and_a_wrong_option(right):
    with pytest.raises(ValueError, match="right options"):
        frozen(question(right=right, kind=SEVERAL))


def test_answer_is_written_in_the_order_of_the_paper_however_it_was_ticked():
    (held,) = frozen()["questions"]
    first, second = held["options"][0]["token"], held["options"][2]["token"]
    assert chosen_in_order(held, [second, first, "unknown"]) == f"{first} {second}"


def test_paper_says_which_picture_it_shows_and_only_then():
    picture = {"digest": "0" * 64, "alt": "A hotel", "width": 720, "height": 480}
    with_picture, without = frozen(question(1, picture=picture), question(2))["questions"]
    assert with_picture["picture"] == picture
    assert "picture" not in without


def test_topics_passed_before_stand_on_the_paper():
    carried = [{"slug": "beta", "title": "Beta", "sitting_id": "x", "correct": 2, "questions": 2}]
    paper = freeze(questions=[question()], topics=[], seed=SEED, carried=carried)
    assert paper["carried"] == carried


# -- digest -------------------------------------------------------------------------------------

words = st.text('ab é"\\ولد😀', max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda children: st.lists(children) | st.dictionaries(words, children),
    max_leaves=10,
)


@settings(max_examples=50)
@given(st.dictionaries(words, json_values))
def test_digest_survives_a_round_trip_through_json(paper):
    shuffled = dict(reversed(json.loads(json.dumps(paper)).items()))
    assert digest(shuffled) == digest(paper)


def test_digest_is_the_sha_256_of_canonical_utf_8_json():
    assert digest({"b": "é", "a": 1}) == (
        "09ad9fd2fb648cb2f62141215828ea00a62c299db05d20aa9ade2f527a301cc6"
    )


@pytest.mark.parametrize("field", ["text", "key", "critical", "lesson_id", "options"])
def test_digest_changes_with_every_part_of_a_question(field):
    paper = frozen()
    changed = copy.deepcopy(paper)
    changed["questions"][0][field] = "changed"
    assert digest(changed) != digest(paper)
