"""Typst templates as files: PDF/UA-1 and PDF/A-2a in one, the same bytes for the same facts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

import typst
from anyascii import anyascii
from django.conf import settings

Facts = dict[str, Any]
_one_at_a_time = Lock()  # A compiler is not shared by two threads at the same moment.


def in_latin_letters(fact: Any) -> Any:
    """The same facts without any character that a font could lack."""
    if isinstance(fact, str):
        return anyascii(fact)
    if isinstance(fact, dict):
        return {key: in_latin_letters(value) for key, value in fact.items()}
    if isinstance(fact, list | tuple):
        return [in_latin_letters(value) for value in fact]
    return fact


def typeset(
    template: Path,
    facts: Facts,
    *,
    at: datetime,
    plain: Callable[[Facts], Facts] = in_latin_letters,
) -> bytes:
    """The PDF of the facts, dated ``at``. They go in as JSON, never as markup.

    Where no font has one of their characters, they are written as ``plain`` gives them: the
    standards forbid an empty box in its place.
    """
    try:
        return _compile(template, facts, at)
    except typst.TypstError:
        return _compile(template, plain(facts), at)


def _compile(template: Path, facts: Facts, at: datetime) -> bytes:
    with _one_at_a_time:
        file = compiler(template).compile(
            format="pdf",
            pdf_standards=["ua-1", "a-2a"],
            sys_inputs={"facts": json.dumps(facts)},
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    return cast("bytes", file)


@cache
def compiler(template: Path) -> typst.Compiler:
    """One for each template and process: reading the fonts takes longer than a page."""
    fonts = settings.FONTS_DIR
    return typst.Compiler(
        input=template,
        root=template.parent,
        font_paths=[fonts] if fonts.is_dir() else [],
        ignore_system_fonts=True,
    )
