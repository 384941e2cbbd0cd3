from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.importers.item import ItemRefused
from assessments.importers.markup import MAX_MARKUP, MAX_TAGS, lines, plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>two</p>", "One\n\ntwo"),
        ("<p>One</p>\n\n<p>two</p>", "One\n\ntwo"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>One</li><li>two</li></ul>after", "- One\n- two\n\nafter"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a  b\n c&nbsp;d", "a b c d"),
        ("&lt;b&gt; &amp;amp; &#39; &pound; &hellip;", "<b> &amp; ' £ …"),
        ("<b>b</b><i>i</i><a href='javascript:x()'>a</a>", "bia"),
        ("5 < 6 & 7 > 3 <3", "5 < 6 & 7 > 3 <3"),
        ("<!-- unseen -->seen<![if x]>!<![endif]>", "seen!"),
        ("a<script>alert('<b>')</script>b<style>p{}</style>c", "abc"),
        ("a<SCRIPT SRC=x></SCRIPT>b", "ab"),
        ("a<script>never closed", "a"),
        ("<b onmouseover=alert(1)>x</b>", "x"),
        ("<scr<script></script>ipt>x", "ipt>x"),
        ("", ""),
    ],
)
def test_html_becomes_the_words_a_reader_sees(html, text):
    assert plain(html) == text


def test_line_ends_of_moodles_own_format_count():
    assert lines("One\ntwo <b>bold</b>") == "One\ntwo bold"


@pytest.mark.parametrize(
    "tag", ["img", "svg", "video", "audio", "object", "embed", "iframe", "math", "input"]
)
def test_what_is_more_than_words_is_refused(tag):
    with pytest.raises(ItemRefused, match=f"more than words \\(<{tag}>\\)"):
        plain(f"Look: <{tag.upper()} src=x onerror=alert(1)>")


def test_broken_html_is_refused():
    with pytest.raises(ItemRefused, match="broken"):
        plain("<![unknown[x]]>")


@pytest.mark.parametrize(
    ("html", "reason"),
    [("x" * (MAX_MARKUP + 1), "longer than 20,000"), ("<" * (MAX_TAGS + 1), "more than 500 tags")],
)
def test_too_much_html_is_refused_unread(html, reason):
    with pytest.raises(ItemRefused, match=reason):
        plain(html)


@given(st.text(alphabet="<>/!-[]&;ab '\"=scripty"))
def test_any_html_is_read_or_refused(html):
    with suppress(ItemRefused):
        assert "\x00" not in plain(html)
