"""Finds the hard words of a text, so that a reader can tap them for their meaning (R16). Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

# Tapping here does something else already, or a button would break the outline of the page.
UNTOUCHED = ("a", "button", "summary", "h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True)
class HardWord:
    """``forms`` are the word and its other forms, in any case."""

    id: int
    word: str
    meaning: str
    forms: tuple[str, ...]


class Glossary:
    """The hard words of one screen. Each becomes a button at the first place it stands in.

    ``met`` holds the words marked so far, in reading order: their meanings belong on the page.
    """

    def __init__(self, words: Iterable[HardWord]) -> None:
        self.met: list[HardWord] = []
        self._words = {_plain(form): word for word in words for form in word.forms}
        # The longest form first, so that a phrase wins over a word inside it.
        longest_first = sorted(self._words, key=len, reverse=True)
        choice = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{choice})(?!\w)", re.IGNORECASE) if choice else None

    def mark(self, html: str) -> str:
        """``html`` with a button at each word not met before; its own mark-up stays as it is."""
        if self._pattern is None or not self._pattern.search(html):
            return html
        soup = BeautifulSoup(html, "html.parser")
        for text in list(soup.find_all(string=self._pattern)):
            if type(text) is NavigableString and not text.find_parent(UNTOUCHED):
                text.replace_with(*self._pieces(soup, text))
        return str(soup)

    def _pieces(self, soup: BeautifulSoup, text: str) -> Iterator[PageElement]:
        assert self._pattern is not None
        end = 0
        for match in self._pattern.finditer(text):
            word = self._words[_plain(match[0])]
            if word in self.met:
                continue
            self.met.append(word)
            yield NavigableString(text[end : match.start()])
            yield _button(soup, word, match[0])
            end = match.end()
        yield NavigableString(text[end:])


def _button(soup: BeautifulSoup, word: HardWord, text: str) -> Tag:
    """Opens the meaning without a script: the browser ties it to ``id="word-…"``."""
    button: Tag = soup.new_tag(
        "button", attrs={"type": "button", "class": "app-word", "popovertarget": f"word-{word.id}"}
    )
    button.string = text
    return button


def _plain(form: str) -> str:
    return " ".join(form.lower().split())
