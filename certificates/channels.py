"""By which channel somebody can be told something. Pure.

The names of the channels are those of the rule that orders them: ``email``, ``sms``, ``letter``.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import phonenumbers

COUNTRY = "GB"
INVENTED = "+447700900"  # Kept free by Ofcom for invented people, such as those of the demo.
EMAIL, SMS, LETTER = "email", "sms", "letter"


class Way(NamedTuple):
    """A channel and where it leads: an address, a number (E.164), or a letter's licence number."""

    channel: str
    to: str


@dataclass(frozen=True)
class Contact:
    """What is known of a person. ``dead`` are the ways by which something came back for good."""

    email: str = ""
    mobile: str = ""
    licence_number: str = ""
    dead: frozenset[Way] = frozenset()


def ways(order: Collection[str], contact: Contact) -> Iterator[Way]:
    """Every way that may reach the person, the first choice of the rule first."""
    found = {
        EMAIL: contact.email.strip(),
        SMS: uk_mobile(contact.mobile),
        LETTER: contact.licence_number.strip(),
    }
    for channel in dict.fromkeys(order):
        way = Way(channel, found.get(channel, ""))
        if way.to and way not in contact.dead:
            yield way


def first_way(
    order: Collection[str], contact: Contact, *, tried: Collection[str] = ()
) -> Way | None:
    """The way to take, by a channel that has not been ``tried``; None where nothing is left."""
    return next((way for way in ways(order, contact) if way.channel not in tried), None)


def uk_mobile(written: str) -> str:
    """The number in one form (E.164), however it was written; nothing for any other number.

    Texts to other countries, and to numbers that are no mobiles, cost money and prove nothing.
    """
    try:
        number = phonenumbers.parse(written, COUNTRY)
    except phonenumbers.NumberParseException:
        return ""
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if form.startswith(INVENTED):
        return form if len(form) == len(INVENTED) + 3 else ""
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return form if mobile and phonenumbers.region_code_for_number(number) == COUNTRY else ""


def masked(way: Way) -> str:
    """Enough to recognise an address by, not enough to use it: "j…@example.org", "…123"."""
    if way.channel == EMAIL:
        name, at, domain = way.to.partition("@")
        return f"{name[:1]}…{at}{domain}" if way.to else ""
    if way.channel == SMS:
        return f"…{way.to[-3:]}" if way.to else ""
    return way.to
