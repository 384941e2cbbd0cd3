"""Forms come out as GOV.UK markup that a screen reader can follow; staff pages keep theirs."""

import pytest
from bs4 import BeautifulSoup, Tag
from django import forms
from django.template.loader import render_to_string
from wagtail.admin.forms.auth import PasswordResetForm as WagtailForm

from lms.templatetags import govuk
from people.fields import DayMonthYearField

COLOURS = [("r", "Red"), ("g", "Green")]


class EveryForm(forms.Form):
    name = forms.CharField(
        label="Full name", help_text="As on your licence.", widget=forms.TextInput
    )
    email = forms.EmailField(label="Email", widget=forms.EmailInput({"placeholder": "Email"}))
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    story = forms.CharField(label="Story", widget=forms.Textarea)
    council = forms.ChoiceField(label="Council", choices=COLOURS)
    colour = forms.ChoiceField(
        label="Colour", help_text="Pick one.", choices=COLOURS, widget=forms.RadioSelect
    )
    several = forms.MultipleChoiceField(
        label="Several", choices=COLOURS, widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="I agree", help_text="To the rules.")
    born = DayMonthYearField(label="Date of birth", help_text="For example, 31 3 1980.")
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        if self.data.get("token") == "wrong":
            raise forms.ValidationError("These details do not fit together")


def page_of(form: forms.Form) -> BeautifulSoup:
    return BeautifulSoup(str(form), "html.parser")


def summary_of(form: forms.Form | None) -> BeautifulSoup:
    html = render_to_string("components/error_summary.html", {"form": form})
    return BeautifulSoup(html, "html.parser")


def control(page: BeautifulSoup, name: str) -> Tag:
    found = page.find(attrs={"name": name})
    assert isinstance(found, Tag)
    return found


VISIBLE = [name for name in EveryForm.base_fields if name != "token"]


@pytest.mark.parametrize(
    ("name", "css_class"),
    [
        ("name", "govuk-input"),
        ("email", "govuk-input"),
        ("secret", "govuk-password-input__input"),
        ("story", "govuk-textarea"),
        ("council", "govuk-select"),
        ("colour", "govuk-radios__input"),
        ("several", "govuk-checkboxes__input"),
        ("agreed", "govuk-checkboxes__input"),
        ("born_year", "govuk-date-input__input"),
    ],
)
def test_each_kind_of_control_has_its_class(name: str, css_class: str) -> None:
    assert css_class in control(page_of(EveryForm()), name)["class"]


@pytest.mark.parametrize("name", ["name", "email", "secret", "story", "council", "agreed"])
def test_a_single_control_has_a_label_that_points_at_it(name: str) -> None:
    page = page_of(EveryForm())

    label = page.find("label", attrs={"for": f"id_{name}"})

    assert label.text.strip() == EveryForm.base_fields[name].label
    assert control(page, name)["id"] == f"id_{name}"


@pytest.mark.parametrize("name", ["colour", "several", "born"])
def test_a_group_of_controls_has_a_legend(name: str) -> None:
    legends = [legend.text.strip() for legend in page_of(EveryForm()).find_all("legend")]

    assert EveryForm.base_fields[name].label in legends


def test_the_choices_of_a_group_have_labels_that_point_at_them() -> None:
    page = page_of(EveryForm())

    assert page.find("label", attrs={"for": "id_colour_1"}).text.strip() == "Green"


def test_a_hint_describes_its_control() -> None:
    page = page_of(EveryForm())

    hint = page.find(id=control(page, "name")["aria-describedby"])

    assert hint.text.strip() == "As on your licence."


def test_an_error_describes_its_control_after_the_hint() -> None:
    described_by = control(page_of(EveryForm({})), "name")["aria-describedby"]

    assert described_by.split() == ["id_name_helptext", "id_name_error"]


def test_hint_and_error_of_a_group_describe_its_fieldset() -> None:
    fieldset = page_of(EveryForm({})).find(id="id_colour_0").find_parent("fieldset")

    assert fieldset["aria-describedby"].split() == ["id_colour_helptext", "id_colour_error"]


def test_what_describes_a_control_is_on_the_page() -> None:
    page = page_of(EveryForm({}))

    for described in page.find_all(attrs={"aria-describedby": True}):
        for id_ in described["aria-describedby"].split():
            assert page.find(id=id_) is not None


@pytest.mark.parametrize("name", VISIBLE)
def test_a_wrong_field_is_marked_and_says_error_to_a_screen_reader(name: str) -> None:
    message = page_of(EveryForm({})).find(id=f"id_{name}_error")

    assert message.find(class_="govuk-visually-hidden").text == "Error:"
    assert message.find_parent(class_="govuk-form-group--error") is not None


def test_a_form_not_sent_yet_shows_no_error() -> None:
    assert not page_of(EveryForm()).select("[class*=error]")


def test_a_hint_as_placeholder_is_left_out() -> None:
    assert "placeholder" not in control(page_of(EveryForm()), "email").attrs


def test_hidden_fields_are_sent_without_a_label() -> None:
    page = page_of(EveryForm())

    assert control(page, "token")["type"] == "hidden"
    assert page.find("label", attrs={"for": "id_token"}) is None


def test_errors_of_the_whole_form_stand_above_its_fields() -> None:
    group = page_of(EveryForm({"token": "wrong"})).find(class_="govuk-form-group--error")

    assert "These details do not fit together" in group.text


def test_a_required_field_left_empty_is_named_in_the_message() -> None:
    assert "Enter full name" in page_of(EveryForm({})).find(id="id_name_error").text


def test_a_choice_not_made_is_asked_for_as_a_choice() -> None:
    assert "Choose colour" in page_of(EveryForm({})).find(id="id_colour_error").text


def test_a_message_written_by_the_form_is_kept() -> None:
    class CarefulForm(forms.Form):
        name = forms.CharField(error_messages={"required": "Enter your full name"})

    assert "Enter your full name" in page_of(CarefulForm({})).find(id="id_name_error").text


def test_the_summary_of_a_form_not_sent_is_empty() -> None:
    assert not summary_of(EveryForm()).text.strip()


def test_the_summary_without_a_form_is_empty() -> None:
    assert not summary_of(None).text.strip()


@pytest.mark.parametrize(
    ("message", "target"),
    [
        ("Enter full name", "id_name"),
        ("Choose council", "id_council"),
        ("Choose colour", "id_colour_0"),
        ("Choose several", "id_several_0"),
        ("Tick the box: I agree", "id_agreed"),
        ("Enter your date of birth", "id_born_day"),
    ],
)
def test_the_summary_links_to_the_first_control_of_a_wrong_field(message: str, target: str) -> None:
    form = EveryForm({})

    link = summary_of(form).find("a", string=message)

    assert link["href"] == f"#{target}"
    assert page_of(form).find(id=target) is not None


def test_the_summary_links_to_the_wrong_box_of_a_date() -> None:
    form = EveryForm({"born_day": "3", "born_month": "13", "born_year": "1980"})

    link = summary_of(form).find("a", string="Date of birth must be a real date")

    assert link["href"] == "#id_born_month"


def test_only_the_wrong_box_of_a_date_is_red() -> None:
    page = page_of(EveryForm({"born_day": "3", "born_month": "13", "born_year": "1980"}))

    assert "govuk-input--error" in control(page, "born_month")["class"]
    assert "govuk-input--error" not in control(page, "born_day")["class"]


def test_the_summary_lists_errors_in_the_order_of_the_fields() -> None:
    lines = [item.text.strip() for item in summary_of(EveryForm({})).find_all("li")]

    assert lines[0] == "Enter full name"
    assert lines[-2] == "Enter your date of birth"


def test_the_summary_shows_errors_of_the_whole_form_without_a_link() -> None:
    first = summary_of(EveryForm({"token": "wrong"})).find("li")

    assert first.text.strip() == "These details do not fit together"
    assert first.find("a") is None


def test_a_label_can_be_the_heading_of_the_page() -> None:
    html = govuk.govuk_field(EveryForm()["colour"], heading=True)

    legend = BeautifulSoup(html, "html.parser").find("legend")

    assert "govuk-fieldset__legend--l" in legend["class"]
    assert legend.find("h1").text == "Colour"


def test_a_choice_can_carry_a_hint_of_its_own() -> None:
    form = EveryForm()
    form.fields["colour"].widget.option_hints = {"g": "Like grass"}
    page = page_of(form)

    assert page.find(id="id_colour_1")["aria-describedby"] == "id_colour_1_hint"
    assert page.find(id="id_colour_1_hint").text == "Like grass"


def test_what_was_typed_is_escaped() -> None:
    assert "<script>" not in str(EveryForm({"name": "<script>", "born_day": "<script>"}))


def test_a_formset_is_drawn_with_its_management_form() -> None:
    formset = forms.formset_factory(EveryForm, extra=1)()

    page = BeautifulSoup(str(formset), "html.parser")

    assert control(page, "form-TOTAL_FORMS")["type"] == "hidden"
    assert "govuk-input" in control(page, "form-0-name")["class"]


def test_a_widget_of_the_staff_site_keeps_its_own_look() -> None:
    html = str(WagtailForm()["email"])

    assert "govuk" not in html


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("0800 1111", "08001111"), ("+44 20 7946 0000", "+442079460000"), ("(101)", "101")],
)
def test_a_phone_number_becomes_one_that_can_be_dialled(number: str, dialled: str) -> None:
    assert govuk.tel(number) == dialled
