"""What officers wrote down: contacts about the driver, and what was to be done."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.desk.history.line import Kind, Line, Subject
from licensing.models import DriverContact, NextAction

STEPS = {
    NextAction.State.PLANNED: _("Next action: %(what)s"),
    NextAction.State.DONE: _("Done: %(what)s"),
    NextAction.State.CANCELLED: _("Cancelled: %(what)s"),
}


def contacts(subject: Subject) -> Iterator[Line]:
    own = DriverContact.objects.filter(licence=subject.licence).about_holder()
    for one in own.select_related("written_by"):
        yield Line(
            at=one.written_at,
            kind=Kind.CONTACTS,
            what=_("Correction of a contact") if one.corrects_id else _("Contact about the driver"),
            details=tuple(_contact_in_words(one)),
            by=one.written_by,
        )


def _contact_in_words(one: DriverContact) -> Iterator[str]:
    who = one.get_source_display()
    yield f"{who}: {one.source_name}" if one.source_name else who
    moment = date_format(localtime(one.contacted_at), "DATETIME_FORMAT")
    yield f"{one.get_way_display()}, {moment}"
    if one.asks_for_decision:
        yield gettext("They asked for a decision to be changed.")
    yield one.said
    yield gettext("Entry %(number)s.") % {"number": one.pk}
    if one.corrects_id:
        yield gettext("Corrects entry %(number)s.") % {"number": one.corrects_id}


def next_actions(subject: Subject) -> Iterator[Line]:
    own = NextAction.objects.filter(licence=subject.licence).about_holder()
    for entry in own.select_related("owner", "written_by"):
        details = [entry.note]
        if entry.state == NextAction.State.PLANNED:
            given = gettext("For %(owner)s, by %(day)s.") % {
                "owner": entry.owner.get_full_name() or entry.owner.email,
                "day": date_format(entry.due_on),
            }
            details.insert(0, given)
        yield Line(
            at=entry.written_at,
            kind=Kind.ACTIONS,
            what=STEPS[NextAction.State(entry.state)] % {"what": entry.get_what_display()},
            details=tuple(filter(None, details)),
            by=entry.written_by,
        )
