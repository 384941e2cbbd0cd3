"""Translations: pages of another language beside the page they translate, at its address.

The tree of the language the courses are written in is the one that addresses, progress, rules and
certificates know. A translation lends its words and nothing else: no address and no progress.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.utils.translation import pgettext
from wagtail.models import Page, PageQuerySet


class TranslatedQuerySet(PageQuerySet):
    def original(self) -> Self:
        """Pages in the language they were written in."""
        found: Self = self.filter(locale__language_code=settings.LANGUAGE_CODE)
        return found

    def translations(self) -> Self:
        """Pages translated by somebody; not the place-holders that only hold up the tree."""
        translated = self.exclude(locale__language_code=settings.LANGUAGE_CODE)
        found: Self = translated.filter(alias_of=None)
        return found


class Translated:
    """What staff are shown of a page that may be a translation."""

    url_path: Any
    HOME: ClassVar[str] = "home"

    def language(self) -> str:
        """The language code of the page, as its tree's first address part says it. A page that
        is not in the tree yet is no translation."""
        tree = str(self.url_path or f"/{self.HOME}/").split("/")[1]
        return tree.removeprefix(f"{self.HOME}-") if tree != self.HOME else settings.LANGUAGE_CODE

    def get_admin_display_title(self) -> str:
        title: str = super().get_admin_display_title()  # type: ignore[misc]
        language = self.language()
        if language == settings.LANGUAGE_CODE:
            return title
        name = dict(settings.LANGUAGES).get(language, language)
        return pgettext("title of a page and its language", "%(title)s (%(language)s)") % {
            "title": title,
            "language": name,
        }


def titles_in(language: str, pages: Iterable[Page]) -> dict[Any, str]:
    """The live titles of ``pages`` in a language, by translation key. One query, none for the
    language they were written in."""
    if language == settings.LANGUAGE_CODE:
        return {}
    found = Page.objects.live().filter(
        translation_key__in=[page.translation_key for page in pages],
        locale__language_code=language,
        alias_of=None,
    )
    return dict(found.values_list("translation_key", "title"))
