"""Questions for the tests of the formats, one by one and at random."""

from dataclasses import replace

from hypothesis import strategies as st

from assessments.importers.item import Choice, Item, Kind, faults, tidied, true_or_false

# Every sign with a meaning in one of the formats, some letters, and what is long or not ASCII.
SIGNS = [
    *"ab Z09.,;:=~#{}[]()%\\/<>&'\"!|-+@*_$?\n\t",
    "ż",
    "’",
    "中",
    "🚕",
    "\xa0",
    "＝",
    "\u2028",
]
WORDS = ["->", "####", "::", "//", "[plain]", "[html]", "%50%", "ANSWER: A", "A. ", "]]>", "&lt;"]
WORDS += ["<b>", "$CATEGORY: x", "{T}", "\r\n", "\n\n", "'=", "''+", "\\n", "\\\\", "</text>"]
TEXTS = st.lists(st.sampled_from(SIGNS + WORDS), max_size=12).map("".join)
SLUGS = st.from_regex(r"[-a-zA-Z0-9_]{1,12}", fullmatch=True)


def question(**facts):
    """A sound question with one right option; ``facts`` replace what it says."""
    choices = (Choice("Ring 999", correct=True), Choice("Drive on", correct=False))
    item = Item(name="", kind=Kind.SINGLE, text="What do you do first?", choices=choices)
    return tidied(replace(item, **facts))


def several(right, wrong, **facts):
    choices = [Choice(text, correct=True) for text in right]
    choices += [Choice(text, correct=False) for text in wrong]
    return question(kind=Kind.MULTIPLE, choices=tuple(choices), **facts)


def statement(*, right, **facts):
    return question(kind=Kind.TRUE_FALSE, choices=true_or_false(right=right), **facts)


@st.composite
def _choices(draw, kind):
    if kind == Kind.TRUE_FALSE:
        return true_or_false(right=draw(st.booleans()), if_wrong=draw(TEXTS), if_right=draw(TEXTS))
    most = 6 if kind == Kind.SINGLE else 8
    texts = draw(st.lists(TEXTS, min_size=2, max_size=most))
    right = {draw(st.integers(0, len(texts) - 1))}
    if kind == Kind.MULTIPLE:
        right |= draw(st.sets(st.integers(0, len(texts) - 1)))
    return tuple(Choice(text, place in right, draw(TEXTS)) for place, text in enumerate(texts))


@st.composite
def any_items(draw):
    kind = draw(st.sampled_from(Kind))
    return tidied(
        Item(
            name=draw(TEXTS),
            kind=kind,
            text=draw(TEXTS),
            choices=draw(_choices(kind)),
            topic=draw(st.just("") | SLUGS),
            explanation=draw(TEXTS),
            source=draw(TEXTS),
            critical=draw(st.booleans()),
            fixed_order=draw(st.booleans()),
            language=draw(st.sampled_from(["", "cy", "pl", "en-GB"])),
            lesson=draw(st.just("") | SLUGS),
        )
    )


ITEMS = any_items().filter(lambda item: not faults(item))
SOME_ITEMS = st.lists(ITEMS, min_size=1, max_size=4)


def read_back(reading):
    return [item for _position, item in reading.items]


def reasons(reading):
    return [skipped.reason for skipped in reading.skipped]
