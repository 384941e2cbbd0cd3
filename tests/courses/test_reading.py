"""The reading age of a lesson's texts."""

from courses.reading import reading_age

PLAIN = "You see a child. The child is sad. You call for help. A man waits by the car. "
HARD = (
    "Professional practitioners undertaking safeguarding responsibilities necessarily demonstrate "
    "considerable understanding of exploitation methodologies and organisational accountability. "
)


def test_plain_text_is_read_before_eleven():
    assert reading_age([PLAIN * 4]) <= 8


def test_official_language_asks_for_more_than_eleven():
    assert reading_age([HARD * 3]) > 15


def test_a_few_words_have_no_reading_age():
    assert reading_age(["Call 999 now."]) is None


def test_items_of_a_list_do_not_run_into_one_sentence():
    items = "".join("<li>a bag that must not be touched by you</li>" for _ in range(12))
    assert reading_age([f"<ul>{items}</ul>"]) <= 8
