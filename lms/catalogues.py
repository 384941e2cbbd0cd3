"""The interface's words in other languages: collected, compiled and checked without GNU gettext.

``python -m lms.catalogues update`` collects every text from the rooms into the catalogues,
``compile`` makes what Django reads, ``check`` says what is missing or broken and exits 1.
"""

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "lms" / "locale"
ROOMS = ("outbox", "people", "courses", "assessments", "certificates", "licensing", "lms")
AWAITING_REVIEW = "machine drafted, awaiting native review"
# One for each language but English. Welsh has the six forms of CLDR, Polish those of Django; each
# catalogue counts by its own rule, so they need not be those of Django's own catalogue.
PLURAL_FORMS = {
    "cy": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);",
    "pl": (
        "nplurals=4; plural=(n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 :"
        " n!=1 && (n%10>=0 && n%10<=1) || (n%10>=5 && n%10<=9) || (n%100>=12 && n%100<=14)"
        " ? 2 : 3);"
    ),
    "ur": "nplurals=2; plural=(n != 1);",
}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
Key = tuple[str | None, Any]  # A message's context and its text, or its texts.
# What must stand in a translation exactly as often as in its source.
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?[a-z][^>]*>")
STATUS = re.compile(r'^"X-Translation-Status: (.*)\\n"$', re.MULTILINE)
HEADER = """\
# Words of the interface. `make messages` collects them; a person who speaks the language as
# their own reviews them and then changes the status below.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"
"X-Translation-Status: {status}\\n"
"""


def catalogue(language: str, folder: Path = FOLDER) -> Path:
    """The catalogue of a language, as people write it."""
    return folder / language / "LC_MESSAGES" / "django.po"


def status(language: str, folder: Path = FOLDER) -> str:
    """What the catalogue's own header says about its review; empty when it says nothing."""
    found = STATUS.search(catalogue(language, folder).read_text("utf-8"))
    return found[1] if found else ""


def read(language: str, folder: Path = FOLDER) -> Catalog:
    with catalogue(language, folder).open("rb") as file:
        return read_po(file)


# -- Collecting ------------------------------------------------------------------------------------
def collect(root: Path = ROOT) -> Catalog:
    """Every text of the rooms that is marked for translation, each with the files it stands in."""
    found = Catalog()
    for path in sources(root):
        where = [(path.relative_to(root).as_posix(), 0)]
        for _, words, comments, context in extract(
            "python", BytesIO(as_python(path).encode()), KEYWORDS, ["Translators"]
        ):
            found.add(words, locations=where, auto_comments=comments, context=context)
    return found


def sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            parts = path.relative_to(root).parts
            is_template = "templates" in parts and path.suffix in {".html", ".txt"}
            if is_template or (path.suffix == ".py" and "migrations" not in parts):
                yield path


def as_python(path: Path) -> str:
    """The file, or for a template what Django makes of it for collectors of Python texts."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return text
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # A comment for translators that would be lost.
        lines = templatize(text, origin=str(path)).splitlines()
    return "\n".join(line.strip() for line in lines)  # The page's indentation means nothing.


def update(folder: Path = FOLDER, root: Path = ROOT) -> None:
    """Take new texts into each catalogue and drop those that are gone. Nothing is guessed.

    A repeat changes no byte: the files carry neither dates nor line numbers.
    """
    found = collect(root)
    for language in PLURAL_FORMS:
        path = catalogue(language, folder)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(new_header(language) + "\n", "utf-8")
        header = path.read_text("utf-8").split("\n\n", 1)[0]
        merged = read(language, folder)
        merged.update(found, no_fuzzy_matching=True)
        merged.obsolete.clear()
        body = BytesIO()
        write_po(body, merged, omit_header=True, sort_output=True, include_lineno=False)
        replace(path, f"{header}\n\n{body.getvalue().decode().rstrip()}\n".encode())


def new_header(language: str) -> str:
    plural_forms = PLURAL_FORMS[language]
    return HEADER.format(language=language, plural_forms=plural_forms, status=AWAITING_REVIEW)


# -- Compiling -------------------------------------------------------------------------------------
def compile_all(folder: Path = FOLDER) -> None:
    """Make the file that Django reads beside each catalogue that is newer. Safe to run at once."""
    for language in PLURAL_FORMS:
        path = catalogue(language, folder)
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        compiled = BytesIO()
        write_mo(compiled, read(language, folder))
        replace(target, compiled.getvalue())


def replace(path: Path, content: bytes) -> None:
    """Whoever reads the file at the same time finds the old one whole, or the new one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


# -- Checking --------------------------------------------------------------------------------------
def faults(folder: Path = FOLDER, root: Path = ROOT) -> list[str]:
    """What stands between the catalogues and a whole interface in every language."""
    found = collect(root)
    wanted = {(message.context, message.id): message for message in found if message.id}
    return [
        f"{language}: {fault}"
        for language in PLURAL_FORMS
        for fault in faults_of(read(language, folder), wanted)
    ]


def faults_of(words: Catalog, wanted: Mapping[Key, Message]) -> Iterator[str]:
    held = {(message.context, message.id): message for message in words if message.id}
    yield from (f"missing: {named(wanted[key])}" for key in wanted if key not in held)
    for key, message in held.items():
        if key not in wanted:
            yield f"obsolete: {named(message)}"
        elif message.fuzzy:
            yield f"fuzzy: {named(message)}"
        elif not all(forms(message.string)) or len(forms(message.string)) != expected(words, key):
            yield f"untranslated: {named(message)}"
        else:
            yield from differences(message)
    yield from (f"obsolete: {named(message)}" for message in words.obsolete.values())


def expected(words: Catalog, key: Key) -> int:
    """How many forms the message of a key has."""
    return int(words.num_plurals) if isinstance(key[1], tuple) else 1


def forms(texts: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text as all its forms: one, or as many as the language counts."""
    return (texts or "",) if isinstance(texts, str | None) else tuple(texts)


def differences(message: Message) -> Iterator[str]:
    """Where a translation has not the placeholders, the tags or the ends of its source."""
    source = forms(message.id)[-1]
    for text in forms(message.string):
        if placeholders(text) != placeholders(source):
            yield f"placeholders differ: {named(message)}"
        elif ends(text) != ends(source):
            yield f"line ends differ: {named(message)}"


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDERS.findall(text))


def ends(text: str) -> tuple[bool, bool]:
    return text.startswith("\n"), text.endswith("\n")


def named(message: Message) -> str:
    where = message.locations[0][0] if message.locations else "nowhere"
    return f"{forms(message.id)[0]!r} ({where})"


def check() -> None:
    found = faults()
    if found:
        hint = "Run `make messages`, then write what is missing into the catalogues of lms/locale."
        raise SystemExit("\n".join([*found, hint]))


COMMANDS: dict[str, Callable[[], None]] = {
    "update": update,
    "compile": compile_all,
    "check": check,
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:  # noqa: PLR2004  (the module and a command)
        raise SystemExit(f"Say one of: {', '.join(COMMANDS)}.")
    COMMANDS[sys.argv[1]]()
