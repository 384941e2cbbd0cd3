"""From HTML to plain text: what can run, or be anything but words, does not get through. Pure."""

import re
from html.parser import HTMLParser

from assessments.importers.item import ItemRefused, tidy

# More than any question may hold, and little enough that no trick in it costs time.
MAX_MARKUP = 20_000
MAX_TAGS = 500
UNSEEN = {"script", "style", "template", "noscript", "head", "title", "textarea", "select"}
NOT_WORDS = {"img", "svg", "picture", "canvas", "video", "audio", "object", "embed", "iframe"}
NOT_WORDS |= {"applet", "math", "frame", "input"}
PARAGRAPHS = {"p", "div", "blockquote", "pre", "ul", "ol", "dl", "table", "section", "article"}
PARAGRAPHS |= {"h1", "h2", "h3", "h4", "h5", "h6", "figure", "hr"}
LINES = {"br", "tr", "dt", "dd"}


def check_length(text: str) -> None:
    if len(text) > MAX_MARKUP:
        raise ItemRefused(f"A text is longer than {MAX_MARKUP:,} characters.")


def plain(html: str) -> str:
    """The words a reader of ``html`` sees: paragraphs, lines and list items stay apart."""
    check_length(html)
    if html.count("<") > MAX_TAGS:
        raise ItemRefused(f"A text has more than {MAX_TAGS} tags.")
    reader = _Words()
    try:
        reader.feed(html)
        reader.close()
    except AssertionError as fault:
        raise ItemRefused("The HTML of a text is broken.") from fault
    return tidy(re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", "".join(reader.words))))


def lines(text: str) -> str:
    """The same of a text in which every line end counts, as in Moodle's own format."""
    return plain(text.replace("\n", "<br>"))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in NOT_WORDS:
            raise ItemRefused(f"A text holds more than words (<{tag}>).")
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "li":
            self.words.append("\n- ")
        else:
            self._space(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag not in LINES:
            self._space(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(re.sub(r"[ \t\n\r\f\xa0]+", " ", data))

    def _space(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.words.append("\n\n")
        elif tag in LINES:
            self.words.append("\n")
        elif tag in {"td", "th"}:
            self.words.append(" ")
