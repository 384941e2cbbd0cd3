"""The words of a reminder: the authority's own where it has written some, or those of this service.

Every text is looked up and rendered once for many people, with places for the facts of each.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import ngettext

from certificates.channels import SMS
from certificates.models import ReminderText
from certificates.texts import OWN_PLACES, Words, fill
from people.models import Authority

LANGUAGES = dict(settings.LANGUAGES)


class Kind(NamedTuple):
    """Which words are wanted."""

    authority_id: int | None
    language: str
    channel: str
    when: str


@dataclass(frozen=True)
class About:
    """What a reminder tells one person. ``today`` is the London day on which it is written."""

    name: str
    course: str
    number: str
    valid_until: date
    renew_from: date
    today: date
    has_account: bool = True


class Wording:
    """The words of one sweep, in memory only as often as they differ."""

    def __init__(self) -> None:
        self._authorities: dict[int | None, Authority | None] = {None: None}
        self._own: dict[Kind, Words] = {}
        self._stock: dict[tuple[Kind, bool, bool], Words] = {}
        self._days: dict[tuple[str, date, date], dict[str, str]] = {}

    @classmethod
    def of(cls, kind: Kind, words: Words, authority: Authority) -> "Wording":
        """Of one text that is being written."""
        wording = cls()
        wording._authorities[authority.pk] = authority
        wording._own[kind] = words
        return wording

    def load(self, authority_ids: Collection[int | None]) -> None:
        """Read what authorities have written, in two questions for all that are new here."""
        new = set(authority_ids) - self._authorities.keys()
        if not new:
            return
        self._authorities |= Authority.objects.in_bulk([pk for pk in new if pk is not None])
        for text in ReminderText.objects.filter(authority__in=new):
            kind = Kind(text.authority_id, text.language, text.channel, text.when)
            self._own[kind] = Words(text.subject, text.body)

    def write(self, kind: Kind, about: About) -> Words:
        """The text that one person gets; their authority must have been loaded."""
        authority = self._authorities[kind.authority_id]
        words = self._own.get(kind) or self._stock_words(kind, about)
        return fill(words, {**self._facts(kind.language, about), **self._shared(authority)})

    def _stock_words(self, kind: Kind, about: About) -> Words:
        may_renew_now = about.renew_from <= about.today
        variant = (kind, may_renew_now, about.has_account)
        if variant not in self._stock:
            self._stock[variant] = stock_words(
                kind,
                self._authorities[kind.authority_id],
                may_renew_now=may_renew_now,
                has_account=about.has_account,
            )
        return self._stock[variant]

    def _facts(self, language: str, about: About) -> dict[str, str]:
        key = (language, about.valid_until, about.renew_from)
        if key not in self._days:
            self._days[key] = days_in_words(language, about)
        facts = {"name": about.name, "course": about.course, "number": about.number}
        return {**facts, **self._days[key]}

    @cached_property
    def _link(self) -> str:
        return settings.SITE_URL + reverse("dashboard")

    def _shared(self, authority: Authority | None) -> dict[str, str]:
        return {
            "link": self._link,
            "phone": authority.licensing_phone if authority else "",
            "council": authority.name if authority else settings.WAGTAIL_SITE_NAME,
        }


def stock_words(
    kind: Kind, authority: Authority | None, *, may_renew_now: bool, has_account: bool
) -> Words:
    """The words of this service, with the same places as an authority's own."""
    places = {place: f"{{{place}}}" for place in OWN_PLACES}
    context = {
        **places,
        "until": places["ends_on"],
        "from": places["renew_from"],
        "reference": places["number"],
        "authority": authority,
        "may_renew_now": may_renew_now,
        "has_account": has_account,
        "site_url": settings.SITE_URL,
    }
    name = f"certificates/reminders/{kind.channel}_{kind.when}"
    with translation.override(kind.language):
        subject = "" if kind.channel == SMS else render_to_string(f"{name}_subject.txt", context)
        return Words(subject.strip(), render_to_string(f"{name}_body.txt", context).strip())


def days_in_words(language: str, about: About) -> dict[str, str]:
    left = abs((about.valid_until - about.today).days)
    with translation.override(language):
        return {
            "ends_on": date_format(about.valid_until),
            "renew_from": date_format(about.renew_from),
            "days": ngettext("%(count)d day", "%(count)d days", left) % {"count": left},
        }


def language_of(account_language: str | None, register_language: str) -> str:
    """The account's, or for a person without one the register's where we speak it. ``None`` stands
    for no account; the account that has chosen none is written to in English."""
    chosen = register_language if account_language is None else account_language
    return chosen if chosen in LANGUAGES else settings.LANGUAGE_CODE


@transaction.atomic
def keep_reminder_text(*, text: ReminderText, words: Mapping[str, str], now: datetime) -> None:
    """Write an authority's own words down; messages that are queued keep theirs (I18).

    A repeat changes nothing. Who changed what and when is in the history of the row.
    """
    text.subject, text.body = words["subject"], words["body"]
    text.save()


@transaction.atomic
def drop_reminder_text(*, text: ReminderText, now: datetime) -> None:
    """From now on the words of this service are used; a repeat changes nothing."""
    ReminderText.objects.filter(pk=text.pk).delete()
