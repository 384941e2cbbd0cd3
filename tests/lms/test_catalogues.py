"""The catalogues of the interface: what is collected, what is found wrong, what pages then say."""

import gettext as plain_gettext
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import ngettext, override

from lms import catalogues, library_words

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
# Translators: On a button.
SAVE = _("Save it")
MAY = pgettext_lazy("the month", "May")
def left(n):
    return ngettext("%(n)s try left", "%(n)s tries left", n) % {"n": n}
"""
TEMPLATE = """{% load i18n %}
    <p>{# Translators: On the first page. #}
    {% translate "Welcome" %}</p>
  {% blocktranslate trimmed with name=person %}
    Hello <b>{{ name }}</b>, 100% done
  {% endblocktranslate %}
"""
IN_POLISH = {
    "Save it": "Zapisz",
    "May": "maj",
    "%(n)s try left": ("%(n)s próba", "%(n)s próby", "%(n)s prób", "%(n)s próby"),
    "Welcome": "Witamy",
    "Hello <b>%(name)s</b>, 100%% done": "Witaj <b>%(name)s</b>, 100%% gotowe",
}


@pytest.fixture
def root(tmp_path) -> Path:
    """A site of one room with a module and a template."""
    for room in catalogues.ROOMS:
        (tmp_path / room / "templates").mkdir(parents=True)
    (tmp_path / "people" / "words.py").write_text(PYTHON)
    (tmp_path / "people" / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


@pytest.fixture
def folder(root, monkeypatch) -> Path:
    """That site's catalogues, in Polish alone and whole."""
    monkeypatch.setattr(catalogues, "PLURAL_FORMS", {"pl": catalogues.PLURAL_FORMS["pl"]})
    catalogues.update(root / "locale", root)
    fill(root / "locale", IN_POLISH)
    assert catalogues.faults(root / "locale", root) == []
    return root / "locale"


def fill(folder, words):
    path = catalogues.catalogue("pl", folder)
    held = catalogues.read("pl", folder)
    for message in held:
        found = words.get(catalogues.forms(message.id)[0]) if message.id else None
        message.string = message.string if found is None else found
    header = path.read_text("utf-8").split("\n\n", 1)[0]
    with path.open("wb") as file:
        file.write(f"{header}\n\n".encode())
        catalogues.write_po(file, held, omit_header=True)


# -- Collecting ----------------------------------------------------------------------------------
def test_texts_of_modules_and_templates_are_collected_with_plural_and_context(root):
    found = {(message.context, message.id) for message in catalogues.collect(root) if message.id}
    assert found == {
        (None, "Save it"),
        ("the month", "May"),
        (None, ("%(n)s try left", "%(n)s tries left")),
        (None, "Welcome"),
        (None, "Hello <b>%(name)s</b>, 100%% done"),
    }


def test_comments_for_translators_and_flags_are_kept(root):
    found = catalogues.collect(root)
    assert found["Save it"].auto_comments == ["Translators: On a button."]
    assert found["Welcome"].auto_comments == ["Translators: On the first page."]
    assert "python-format" in found["%(n)s try left"].flags


def test_files_are_named_without_lines_and_without_a_date(folder):
    written = catalogues.catalogue("pl", folder).read_text("utf-8")
    assert "#: people/words.py\n" in written
    assert "Date" not in written


def test_updating_again_changes_no_byte(folder, root):
    catalogues.update(folder, root)
    before = catalogues.catalogue("pl", folder).read_bytes()
    catalogues.update(folder, root)
    assert catalogues.catalogue("pl", folder).read_bytes() == before


def test_updating_keeps_what_is_translated_and_drops_what_is_gone(folder, root):
    page = root / "people" / "templates" / "page.html"
    page.write_text('{% load i18n %}{% translate "Welcome back" %}')
    catalogues.update(folder, root)
    held = {message.id: message.string for message in catalogues.read("pl", folder)}
    assert held["Save it"] == "Zapisz"
    assert held["Welcome back"] == ""  # Nothing is guessed from "Welcome".
    assert "Welcome" not in held
    assert "Witamy" not in catalogues.catalogue("pl", folder).read_text("utf-8")


def test_updating_keeps_the_header_as_a_reviewer_left_it(folder, root):
    path = catalogues.catalogue("pl", folder)
    reviewed = path.read_text("utf-8").replace(catalogues.AWAITING_REVIEW, "read by A. Nowak, 2026")
    path.write_text(reviewed, "utf-8")
    catalogues.update(folder, root)
    assert catalogues.status("pl", folder) == "read by A. Nowak, 2026"


def test_new_catalogue_says_that_its_review_is_awaited(folder):
    assert catalogues.status("pl", folder) == "machine drafted, awaiting native review"


# -- Checking ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("msgid", "string", "fault"),
    [
        ("Welcome", "", "pl: untranslated: 'Welcome' (people/templates/page.html)"),
        ("%(n)s try left", ("%(n)s próba", "", "%(n)s prób", "%(n)s próby"), "untranslated"),
        ("%(n)s try left", ("jedna", "%(n)s próby", "%(n)s prób", "%(n)s próby"), "placeholders"),
        ("Hello <b>%(name)s</b>, 100%% done", "Witaj <b>%(imie)s</b>, 100%%", "placeholders"),
        ("Hello <b>%(name)s</b>, 100%% done", "Witaj %(name)s, 100%%", "placeholders"),
        ("Hello <b>%(name)s</b>, 100%% done", "Witaj <b>%(name)s</b>, 100%", "placeholders"),
        ("Welcome", "Witamy\n", "line ends"),
    ],
    ids=["empty", "one-form", "number-lost", "renamed", "tag-lost", "per-cent", "line-end"],
)
def test_check_finds_a_translation_that_is_empty_or_would_break(folder, root, msgid, string, fault):
    fill(folder, {msgid: string})
    [found] = catalogues.faults(folder, root)
    assert fault in found


def test_check_finds_what_no_catalogue_has_yet(folder, root):
    (root / "people" / "more.py").write_text("from x import _\nNEW = _('A new text')")
    assert catalogues.faults(folder, root) == ["pl: missing: 'A new text' (people/more.py)"]


def test_check_finds_what_no_page_says_any_more(folder, root):
    (root / "people" / "templates" / "page.html").write_text("{# Nothing. #}")
    assert len(catalogues.faults(folder, root)) == 2
    assert "obsolete: 'Welcome'" in " ".join(catalogues.faults(folder, root))


def test_check_finds_a_guess_that_nobody_confirmed(folder, root):
    path = catalogues.catalogue("pl", folder)
    guessed = path.read_text("utf-8").replace('msgid "Welcome"', '#, fuzzy\nmsgid "Welcome"')
    path.write_text(guessed, "utf-8")
    assert "fuzzy: 'Welcome'" in catalogues.faults(folder, root)[0]


# -- Compiling -----------------------------------------------------------------------------------
def test_compiling_makes_what_django_reads(folder):
    catalogues.compile_all(folder)
    words = plain_gettext.translation("django", folder, ["pl"])
    assert words.gettext("Save it") == "Zapisz"
    assert words.pgettext("the month", "May") == "maj"
    assert words.ngettext("%(n)s try left", "%(n)s tries left", 5) == "%(n)s prób"


def test_compiling_again_does_nothing_until_the_catalogue_is_newer(folder):
    catalogues.compile_all(folder)
    compiled = catalogues.catalogue("pl", folder).with_suffix(".mo")
    compiled.write_bytes(b"kept")
    catalogues.compile_all(folder)
    assert compiled.read_bytes() == b"kept"


def test_compiling_leaves_untranslated_texts_in_english(folder):
    fill(folder, {"Save it": "", "%(n)s try left": ("", "", "", "")})
    catalogues.compile_all(folder)
    words = plain_gettext.translation("django", folder, ["pl"])
    assert words.gettext("Save it") == "Save it"
    assert words.ngettext("%(n)s try left", "%(n)s tries left", 5) == "%(n)s tries left"


# -- Our own -------------------------------------------------------------------------------------
def test_every_language_but_english_has_a_catalogue():
    assert set(catalogues.PLURAL_FORMS) == set(dict(settings.LANGUAGES)) - {settings.LANGUAGE_CODE}


def test_our_catalogues_are_whole():
    assert catalogues.faults() == []


@pytest.mark.parametrize(
    ("language", "numbers", "forms"),
    [
        ("cy", (0, 1, 2, 3, 4, 6, 7), (0, 1, 2, 3, 5, 4, 5)),
        ("pl", (0, 1, 2, 4, 5, 12, 22), (2, 0, 1, 1, 2, 2, 1)),
        ("ur", (0, 1, 2, 5), (1, 0, 1, 1)),
    ],
)
def test_numbers_choose_the_plural_form_of_their_language(language, numbers, forms):
    catalogues.compile_all()
    words = plain_gettext.translation("django", catalogues.FOLDER, [language])
    assert tuple(words.plural(number) for number in numbers) == forms


@pytest.mark.parametrize("language", sorted(catalogues.PLURAL_FORMS))
@pytest.mark.parametrize("number", range(8))
def test_djangos_own_plurals_still_work_beside_ours(language, number):
    """Welsh has six forms here and four there: each catalogue counts by its own rule."""
    with override(language):
        said = ngettext("%(num)d week", "%(num)d weeks", number) % {"num": number}
        ours = ngettext("%(days)s day", "%(days)s days", number) % {"days": number}
    assert str(number) in said
    assert str(number) in ours


def test_words_we_say_for_libraries_are_still_theirs():
    """In Polish the libraries are complete: what is not there, no page says any more."""
    theirs = set()
    for package in ("django.conf", "django.contrib.auth", "allauth"):
        [folder] = find_spec(package).submodule_search_locations
        words = plain_gettext.translation("django", Path(folder) / "locale", ["pl"])
        theirs |= {key[0] if isinstance(key, tuple) else key for key in words._catalog}
    source = Path(library_words.__file__).parent
    named = {
        catalogues.forms(message.id)[0]
        for message in catalogues.collect(source.parent)
        if ("lms/library_words.py", 0) in message.locations
    }
    assert len(named) > 30
    assert named <= theirs
