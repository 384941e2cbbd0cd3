import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.cells import FORMULA_STARTS, as_meant, harmless


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    assert harmless(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Anne-Marie O'Neill", "'quoted'", "'", "1+1"])
def test_cell_of_plain_text_stays_as_it_is(text):
    assert harmless(text) == text
    assert as_meant(text) == text


@given(st.lists(st.sampled_from([*FORMULA_STARTS, "'", "a", "1"])).map("".join) | st.text())
def test_text_comes_back_as_it_was_meant(text):
    assert as_meant(harmless(text)) == text
    assert not harmless(text).startswith(FORMULA_STARTS)
