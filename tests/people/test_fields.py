"""The date in three boxes: what it accepts, what it says, what it draws."""

from datetime import date

import pytest
from django import forms

from people.fields import DayMonthYearField


class BirthForm(forms.Form):
    born = DayMonthYearField(label="Date of birth", autocomplete="bday")


def sent(day: str = "", month: str = "", year: str = "") -> BirthForm:
    return BirthForm({"born_day": day, "born_month": month, "born_year": year})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("31", "3", "1980"), date(1980, 3, 31)),
        (("05", "09", "2001"), date(2001, 9, 5)),
        ((" 5 ", "9 ", " 2001"), date(2001, 9, 5)),
        (("29", "2", "2024"), date(2024, 2, 29)),
        (("1", "1", "1900"), date(1900, 1, 1)),
        (("٣١", "٣", "١٩٨٠"), date(1980, 3, 31)),
    ],
)
def test_a_date_typed_in_numbers_is_that_date(typed: tuple[str, str, str], meant: date) -> None:
    form = sent(*typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == meant


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("", "", ""), "Enter your date of birth"),
        ((" ", " ", " "), "Enter your date of birth"),
        (("", "3", "1980"), "Date of birth must include a day"),
        (("31", "", "1980"), "Date of birth must include a month"),
        (("31", "", ""), "Date of birth must include a month and year"),
        (("31", "3", "80"), "Date of birth must have a year of 4 numbers, for example 1980"),
        (("31", "3", "19800"), "Date of birth must have a year of 4 numbers, for example 1980"),
        (("31", "2", "1980"), "Date of birth must be a real date"),
        (("29", "2", "2023"), "Date of birth must be a real date"),
        (("0", "3", "1980"), "Date of birth must be a real date"),
        (("32", "3", "1980"), "Date of birth must be a real date"),
        (("3", "13", "1980"), "Date of birth must be a real date"),
        (("3", "3", "1899"), "Date of birth must be a real date"),
        (("3", "3", "0000"), "Date of birth must be a real date"),
        (("3", "March", "1980"), "Date of birth must be a real date"),
        (("-3", "3", "1980"), "Date of birth must be a real date"),
        (("3.5", "3", "1980"), "Date of birth must be a real date"),
        (("003", "3", "1980"), "Date of birth must be a real date"),
        (("²", "3", "1980"), "Date of birth must be a real date"),
        (("3\x00", "3", "1980"), "Date of birth must be a real date"),
        (("9" * 5000, "3", "1980"), "Date of birth must be a real date"),
    ],
)
def test_what_is_no_date_says_what_to_do(typed: tuple[str, str, str], message: str) -> None:
    assert sent(*typed).errors == {"born": [message]}


def test_the_subject_replaces_your_in_the_message() -> None:
    class PassForm(forms.Form):
        passed = DayMonthYearField(label="Passed on", subject="the day of the pass")

    assert PassForm({}).errors == {"passed": ["Enter the day of the pass"]}


def test_a_message_given_by_the_form_is_used() -> None:
    class PassForm(forms.Form):
        passed = DayMonthYearField(label="Passed", error_messages={"required": "When was it?"})

    assert PassForm({}).errors == {"passed": ["When was it?"]}


def test_an_optional_date_left_empty_is_none() -> None:
    class OptionalForm(forms.Form):
        born = DayMonthYearField(label="Date of birth", required=False)

    form = OptionalForm({"born_day": "", "born_month": "", "born_year": ""})

    assert form.is_valid()
    assert form.cleaned_data["born"] is None


def test_an_optional_date_half_filled_is_an_error() -> None:
    class OptionalForm(forms.Form):
        born = DayMonthYearField(label="Date of birth", required=False)

    assert not OptionalForm({"born_day": "3"}).is_valid()


def test_a_known_date_fills_the_boxes() -> None:
    html = str(BirthForm(initial={"born": date(1980, 3, 31)})["born"])

    assert 'value="31"' in html
    assert 'value="3"' in html
    assert 'value="1980"' in html


def test_what_was_typed_stands_in_the_boxes_again() -> None:
    assert 'value="March"' in str(sent("3", "March", "1980")["born"])


def test_what_was_typed_is_escaped() -> None:
    assert "<b>" not in str(sent("<b>", "3", "1980")["born"])


def test_each_box_has_a_label_of_its_own() -> None:
    html = str(BirthForm()["born"])

    for part in ("day", "month", "year"):
        assert f'for="id_born_{part}"' in html
        assert f'id="id_born_{part}"' in html


def test_the_boxes_offer_the_browsers_own_birthday() -> None:
    html = str(BirthForm()["born"])

    assert 'autocomplete="bday-day"' in html
    assert 'autocomplete="bday-year"' in html


def test_the_same_date_sent_again_is_no_change() -> None:
    data = {"born_day": "31", "born_month": "03", "born_year": "1980"}

    assert not BirthForm(data, initial={"born": date(1980, 3, 31)}).has_changed()


def test_another_date_sent_is_a_change() -> None:
    data = {"born_day": "30", "born_month": "3", "born_year": "1980"}

    assert BirthForm(data, initial={"born": date(1980, 3, 31)}).has_changed()
