"""The last day of a certificate as a file for the holder's own calendar."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext
from icalendar import Alarm, Calendar, Event

from certificates.models import Certificate

DAYS_BEFORE = (30, 7, 1)
MORNING = timedelta(hours=9)  # A day begins at midnight, when nobody wants to be reminded.


def calendar_entry(certificate: Certificate) -> bytes:
    """An all-day event without a time zone: the day is the same wherever the phone is, and on a
    phone in London it is the day that counts (R43).

    Phones are shared and lie about, so it names neither the course nor the person. Made again it
    replaces the entry made before: the identifier stays.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Driver safeguarding training//Certificates//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(certificate))
    return bytes(calendar.to_ical())


def _event(certificate: Certificate) -> Event:
    words = gettext("Training certificate ends")
    event = Event()
    event.add("uid", f"{certificate.reference}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", certificate.issued_at)
    event.add("dtstart", certificate.valid_until)
    event.add("dtend", certificate.valid_until + timedelta(days=1))
    event.add("summary", words)
    event.add("description", _advice(certificate))
    event.add("url", settings.SITE_URL + certificate.get_absolute_url())
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # It does not make the day look taken.
    for days in DAYS_BEFORE:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", words)
        alarm.add("trigger", MORNING - timedelta(days=days))
        event.add_component(alarm)
    return event


def _advice(certificate: Certificate) -> str:
    return gettext("You can renew from %(day)s. Sign in to see what to do.") % {
        "day": date_format(certificate.renew_from)
    }
