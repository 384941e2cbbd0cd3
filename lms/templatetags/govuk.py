"""Django's form fields in GOV.UK markup, and small helpers of our pages."""

from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, get_language_info
from django.utils.translation import gettext_lazy as _

register = template.Library()

# The first match counts: a check box group is a RadioSelect to Django.
KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.PasswordInput, "password"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.FileInput, "file"),
)
CLASSES = {
    "checkbox": "govuk-checkboxes__input",
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
    "textarea": "govuk-textarea",
    "select": "govuk-select",
    "file": "govuk-file-upload",
    "input": "govuk-input",
    "group": "",
}
RED = {
    "password": "govuk-input--error",
    "textarea": "govuk-textarea--error",
    "select": "govuk-select--error",
    "file": "govuk-file-upload--error",
    "input": "govuk-input--error",
}
THIS_FIELD_REQUIRED = forms.Field.default_error_messages["required"]
ASKED_BY = {
    "radios": _("Choose %(label)s"),
    "checkboxes": _("Choose %(label)s"),
    "select": _("Choose %(label)s"),
    "checkbox": _("Tick the box: %(label)s"),
}
LEFT_TO_RIGHT, END_OF_ISOLATE = "\u2066", "\u2069"
EXACT_TYPING = {"autocapitalize": "none", "spellcheck": "false"}


@dataclass(frozen=True)
class ErrorLine:
    """A line of the error summary; ``target`` is the id of what to correct, empty for none."""

    message: str
    target: str


@dataclass(frozen=True)
class Option:
    """One radio button or check box of a group."""

    html: SafeString
    id: str
    label: str
    hint: str


@register.filter
def kind(field: BoundField) -> str:
    """Which template draws the field's control."""
    widget = field.field.widget
    for widget_class, name in KINDS:
        if isinstance(widget, widget_class):
            return name
    return "group" if widget.use_fieldset else "input"


@register.simple_tag
def govuk_field(
    field: BoundField, size: str = "", *, heading: bool = False, language: str = ""
) -> SafeString:
    """A whole field: label, hint, errors and control.

    ``size`` is GOV.UK's label size (s, m, l or xl). With ``heading`` the label is the page's h1,
    as on a page that asks one question. ``language`` is that of its label and choices where it may
    not be the page's.
    """
    look = {"size": size or ("l" if heading else ""), "heading": heading, "language": language}
    return field.render(context={**field.get_context(), **look})


@register.simple_tag
def govuk_widget(field: BoundField) -> SafeString:
    """The field's control alone, with GOV.UK's classes added to its own attributes."""
    widget, drawn_as = field.field.widget, kind(field)
    classes = [CLASSES[drawn_as], widget.attrs.get("class", "")]
    if field.errors:
        classes.append(RED.get(drawn_as, ""))
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes)) or False}
    if "placeholder" in widget.attrs:
        attrs["placeholder"] = False  # It vanishes on typing; the label and the hint stay.
    if drawn_as == "password" or getattr(widget, "input_type", "") == "email":
        attrs |= EXACT_TYPING
    if parts := wrong_parts(field.errors.as_data()):
        attrs["error_parts"] = parts
    return field.as_widget(attrs=attrs)


@register.filter
def options(field: BoundField) -> list[Option]:
    """The choices of a radio or check box group. ``widget.option_hints`` may map value to hint."""
    hints = getattr(field.field.widget, "option_hints", {})
    block = "govuk-checkboxes" if kind(field) == "checkboxes" else "govuk-radios"
    return [option(choice, f"{block}__input", hints) for choice in field.subwidgets]


def option(choice: BoundWidget, css_class: str, hints: dict[str, str]) -> Option:
    attrs = choice.data["attrs"]
    attrs["class"] = css_class
    attrs.pop("aria-invalid", None)  # Means nothing on one choice; the group carries the error.
    hint = hints.get(str(choice.data["value"]), "")
    if hint:
        attrs["aria-describedby"] = f"{choice.id_for_label}_hint"
    return Option(choice.tag(), choice.id_for_label or "", choice.choice_label, hint)


@register.simple_tag
def error_lines(form: forms.BaseForm | str | None) -> list[ErrorLine]:
    """All errors of a form in the order of its fields; nothing for a form not sent yet."""
    if not isinstance(form, forms.BaseForm) or not form.is_bound:
        return []
    by_field = form.errors.as_data()
    names = [NON_FIELD_ERRORS, *form.fields]
    return [
        ErrorLine(message, target_id(form, name, error))
        for name in names
        for error in by_field.get(name, ())
        for message in worded(form, name, error)
    ]


@register.filter
def messages_of(field: BoundField) -> list[str]:
    """A field's error messages as they stand beside it and in the summary."""
    errors = field.errors.as_data()
    return [message for error in errors for message in worded(field.form, field.name, error)]


def worded(form: forms.BaseForm, name: str, error: ValidationError) -> list[str]:
    """The messages of an error, with the field's name where Django says only "This field"."""
    if name not in form.fields or error.code != "required" or error.message != THIS_FIELD_REQUIRED:
        return error.messages
    verb = ASKED_BY.get(kind(form[name]), _("Enter %(label)s"))
    return [verb % {"label": in_sentence(str(form[name].label))}]


def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence; "I agree" and "QR code" keep their capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def target_id(form: forms.BaseForm, name: str, error: ValidationError) -> str:
    """The control that a click on the error leads to: a group's first, a date's first wrong box."""
    if name not in form.fields or form[name].is_hidden:
        return ""
    widget = form[name].field.widget
    id_: str = widget.attrs.get("id") or form[name].auto_id
    first: str = "0" if isinstance(widget, forms.RadioSelect) else ""
    first = next(iter(wrong_parts([error])), first)
    target: str = widget.id_for_label(id_, first) if first else widget.id_for_label(id_)
    return target or f"{id_}_0"  # Django's groups of inputs number them from 0.


def wrong_parts(errors: list[ValidationError]) -> tuple[str, ...]:
    """The boxes of a date that errors name in their parameters."""
    return tuple(part for error in errors for part in (error.params or {}).get("parts", ()))


@register.simple_tag
def written_in(language: str = settings.LANGUAGE_CODE) -> SafeString:
    """The attributes of text whose language need not be the page's; without an argument, of
    courses as they were written."""
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    return format_html('lang="{}" dir="{}"', language, direction)


@register.filter
def isolated(text: str) -> str:
    """A reference inside a sentence: from right to left, its groups would change places."""
    return f"{LEFT_TO_RIGHT}{text}{END_OF_ISOLATE}" if get_language_bidi() else text


@register.filter
def tel(number: str) -> str:
    """A phone number as a ``tel:`` link wants it: digits and a leading plus."""
    digits = "".join(character for character in number if character.isdecimal())
    return f"+{digits}" if number.strip().startswith("+") else digits


@register.filter
def words(text: str) -> list[str]:
    """A literal list for a loop in a template."""
    return text.split()


@register.inclusion_tag("components/navigation_item.html", takes_context=True)
def navigation_item(context: Context, href: str, text: str) -> dict[str, Any]:
    """A link of the service navigation, marked when the page is in its part of the site."""
    path = getattr(context.get("request"), "path", "")
    return {"href": href, "text": text, "current": path == href, "active": path.startswith(href)}


@register.inclusion_tag("components/languages.html", takes_context=True)
def language_choice(context: Context) -> dict[str, Any]:
    """The languages of the site, each in its own words: a reader looks for what they know."""
    languages = [
        {"code": code, "name": name, "attributes": written_in(code)}
        for code, name in settings.LANGUAGES
    ]
    asked = {name: context.get(name) for name in ("request", "csrf_token")}
    return {**asked, "languages": languages, "current": get_language()}
