import pytest

from courses.glossary import Glossary, HardWord

GROOMING = HardWord(1, "grooming", "Building trust to get control.", ("grooming", "groomed"))
EXPLOITATION = HardWord(2, "exploitation", "Using someone.", ("exploitation", "exploited"))
CSE = HardWord(3, "child sexual exploitation", "Abuse.", ("child sexual exploitation", "CSE"))
WORDS = (GROOMING, EXPLOITATION, CSE)


def button(word, text):
    target = f"word-{word.id}"
    return f'<button class="app-word" popovertarget="{target}" type="button">{text}</button>'


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("grooming", button(GROOMING, "grooming")),
        ("Grooming starts.", button(GROOMING, "Grooming") + " starts."),
        ("was groomed by", "was " + button(GROOMING, "groomed") + " by"),
        ("(CSE)", "(" + button(CSE, "CSE") + ")"),
        ("child sexual\nexploitation", button(CSE, "child sexual\nexploitation")),
    ],
    ids=["alone", "any case", "other form", "in brackets", "over two lines"],
)
def test_hard_word_becomes_a_button(text, marked):
    assert Glossary(WORDS).mark(f"<p>{text}</p>") == f"<p>{marked}</p>"


@pytest.mark.parametrize("text", ["groomings", "ungroomed", "groom", "łgrooming"])
def test_part_of_a_longer_word_is_left_alone(text):
    assert "button" not in Glossary(WORDS).mark(f"<p>{text}</p>")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/">grooming</a>',
        '<p><a href="/"><b>grooming</b></a></p>',
        "<button>grooming</button>",
        "<h3>grooming</h3>",
        "<details><summary><span>grooming</span></summary></details>",
        '<p title="grooming">A</p>',
        "<p><!-- grooming --></p>",
    ],
    ids=["link", "inside a link", "button", "heading", "summary", "attribute", "comment"],
)
def test_word_that_must_not_be_a_button_is_left_alone(html):
    assert Glossary(WORDS).mark(html) == html


def test_only_the_first_place_is_marked_in_all_texts_of_a_screen():
    glossary = Glossary(WORDS)
    first = glossary.mark("<p>Grooming, groomed.</p>")
    assert first.count("<button") == 1
    assert glossary.mark("<p>grooming</p>") == "<p>grooming</p>"


def test_phrase_wins_over_a_word_inside_it_and_the_word_has_its_own_first_place():
    marked = Glossary(WORDS).mark("<p>Child sexual exploitation is exploitation.</p>")
    whole, part = button(CSE, "Child sexual exploitation"), button(EXPLOITATION, "exploitation")
    assert marked == f"<p>{whole} is {part}.</p>"


def test_meanings_follow_in_the_order_of_reading():
    glossary = Glossary(WORDS)
    glossary.mark("<p>CSE and grooming</p>")
    assert glossary.met == [CSE, GROOMING]


def test_text_without_a_hard_word_is_given_back_as_it_is():
    html = "<p>A &amp; B<br>C</p>"
    assert Glossary(WORDS).mark(html) is html


def test_mark_up_around_a_word_is_kept():
    html = "<ul><li><b>Tom &amp; Mia</b> on grooming</li></ul>"
    assert Glossary(WORDS).mark(html) == html.replace("grooming", button(GROOMING, "grooming"))


def test_list_without_words_marks_nothing():
    assert Glossary([]).mark("<p>grooming</p>") == "<p>grooming</p>"


def test_form_that_looks_like_a_pattern_is_plain_text():
    word = HardWord(4, "c.s.e.", "Abuse.", ("c.s.e",))
    assert "button" not in Glossary([word]).mark("<p>caste</p>")
