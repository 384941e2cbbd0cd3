"""What the register came to say about the driver, and who asked to be linked to the licence."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.desk.history.line import Kind, Line, Subject
from licensing.models import ApiClient
from people import perms as people
from people.models import (
    HandOver,
    Licence,
    LicenceClaim,
    RecordMerge,
    RegisterDoubt,
    RegisterImport,
    User,
)

LABELS: dict[str, str | Promise] = {
    "number": _("Licence number"),
    "kind": _("Kind of licence"),
    "state": _("State of the licence"),
    "full_name": _("Full name"),
    "date_of_birth": _("Date of birth"),
    "email": _("Email address"),
    "mobile": _("Mobile number"),
    "starts_on": _("Licence starts on"),
    "expires_on": _("Licence ends on"),
    "operator_reference": _("Operator reference"),
    "language": _("Language"),
}
WORDS: dict[str, dict[Any, Any]] = {
    "kind": dict(Licence.Kind.choices),
    "state": dict(Licence.State.choices),
}
DAYS = ("date_of_birth", "starts_on", "expires_on")
COUNCILS = ("from_authority", "to_authority", "handed_over_by")


def changes(subject: Subject) -> Iterator[Line]:
    """Every entry of the licence since it is this person's, with what it was before."""
    history: Any = apps.get_model("people", "LicenceEvent").objects
    own = history.filter(pgh_obj=subject.licence.pk).order_by("pgh_id")
    if subject.since is not None:
        own = own.filter(pgh_created_at__gte=subject.since)
    entries = list(own.select_related("pgh_context"))
    origins = _origins(entries, subject.licence)
    before = None
    for entry in entries:
        what, details = _told(before, entry)
        before = entry
        if not what:
            continue
        origin = origins.get(entry.pgh_context_id, Origin())
        yield Line(
            at=entry.pgh_created_at,
            kind=Kind.REGISTER,
            what=what,
            details=(*details, origin.source) if origin.source else details,
            by=origin.person,
        )


class Origin(NamedTuple):
    """Who changed the register by hand or sent the file, and in words what else brought it."""

    person: User | None = None
    source: str = ""


def _origins(entries: Iterable[Any], licence: Licence) -> dict[Any, Origin]:
    """By the context of a change."""
    contexts = {entry.pgh_context_id: entry.pgh_context for entry in entries if entry.pgh_context}
    found = {}
    for key, person in _named(contexts, "user", User.objects.all()):
        found[key] = Origin(person)
    for key, client in _named(contexts, "client", ApiClient.objects.select_related("client")):
        source = gettext("From the licensing system %(name)s.") % {"name": client.client.name}
        found[key] = Origin(source=source)
    for file in RegisterImport.objects.filter(context__in=contexts).select_related("imported_by"):
        source = gettext("From the file %(name)s.") % {"name": file.file_name}
        found[file.context] = Origin(file.imported_by, source)
    for hand_over in HandOver.objects.filter(context__in=contexts).select_related(*COUNCILS):
        source = _told_of(hand_over, licence)
        found[hand_over.context] = Origin(hand_over.handed_over_by, source)
    return found


def _named(contexts: dict[Any, Any], what: str, known: Any) -> Iterator[tuple[Any, Any]]:
    """The contexts in which somebody, or something, of that sort is named, each with it."""
    keys = {pk: context.metadata.get(what) for pk, context in contexts.items()}
    objects = known.in_bulk({key for key in keys.values() if key})
    return ((pk, objects[key]) for pk, key in keys.items() if key in objects)


def _told_of(hand_over: HandOver, licence: Licence) -> str:
    if hand_over.from_authority_id == licence.authority_id:
        return gettext("Handed over to %(council)s.") % {"council": hand_over.to_authority.name}
    return gettext("Handed over by %(council)s.") % {"council": hand_over.from_authority.name}


def _told(before: Any, entry: Any) -> tuple[str, tuple[str, ...]]:
    """In words, what this entry changed; nothing where it changed nothing that is shown."""
    if before is None:
        return gettext("Entered in the register"), (_shown("state", entry),)
    changed = [column for column in LABELS if getattr(before, column) != getattr(entry, column)]
    details = tuple(
        gettext("%(column)s, before: %(value)s")
        % {"column": _shown(column, entry), "value": _value(column, before)}
        for column in changed
    )
    if entry.holder_id and entry.holder_id != before.holder_id:
        return gettext("Linked to a person in training"), details
    return (gettext("Changed in the register"), details) if details else ("", ())


def _shown(column: str, entry: Any) -> str:
    return f"{LABELS[column]}: {_value(column, entry)}"


def _value(column: str, entry: Any) -> str:
    value = getattr(entry, column)
    if column in DAYS and value:
        return date_format(value)
    return str(WORDS.get(column, {}).get(value, value) or gettext("nothing"))


def handovers(subject: Subject) -> Iterator[Line]:
    for tenure in subject.licence.tenures.select_related("recorded_by"):
        told = gettext("Until %(day)s the number was somebody else's.")
        yield Line(
            at=tenure.recorded_at,
            kind=Kind.REGISTER,
            what=_("The number went to another person"),
            details=(told % {"day": date_format(tenure.ended_on)},),
            by=tenure.recorded_by,
        )


def doubts(subject: Subject) -> Iterator[Line]:
    """Matches that no rule could settle (R04)."""
    raised = RegisterDoubt.objects.filter(licence=subject.licence).select_related("decided_by")
    if subject.since is not None:
        raised = raised.filter(raised_at__gte=subject.since)
    for doubt in raised:
        kind = doubt.get_kind_display()
        yield Line(
            at=doubt.raised_at,
            kind=Kind.REGISTER,
            what=_("A match in doubt"),
            details=(kind,),
        )
        if doubt.decided_at:
            yield Line(
                at=doubt.decided_at,
                kind=Kind.REGISTER,
                what=_("A match in doubt was decided"),
                details=tuple(filter(None, (doubt.get_decision_display(), doubt.reason))),
                by=doubt.decided_by,
            )


def claims(subject: Subject) -> Iterator[Line]:
    """Who said that the licence is theirs, and what was decided."""
    own = LicenceClaim.objects.filter(authority=subject.licence.authority_id)
    own = own.filter(number=subject.licence.number) | own.filter(learner__in=subject.people)
    if subject.since is not None:
        own = own.filter(made_at__gte=subject.since)
    readable = own.exclude(people.kept_from(subject.reader))
    decidable = set(people.decidable_claims(subject.reader).values_list("pk", flat=True))
    for claim in readable.select_related("learner", "decided_by").distinct():
        asked = gettext("%(name)s said that licence %(number)s is theirs.")
        yield Line(
            at=claim.made_at,
            kind=Kind.REGISTER,
            what=_("A licence was asked for"),
            details=(asked % {"name": claim.learner.full_name, "number": claim.number},),
            by_driver=claim.learner_id in subject.people,
            url=reverse("decide_claim", args=[claim.pk]) if claim.pk in decidable else "",
        )
        if claim.decided_at:
            yield Line(
                at=claim.decided_at,
                kind=Kind.REGISTER,
                what=_("A licence request was decided"),
                details=(claim.get_decision_display().capitalize(),),
                by=claim.decided_by,
            )


def merges(subject: Subject) -> Iterator[Line]:
    """Two records of one person, as officers of this authority found and parted them (R04)."""
    of_whom = Q(gone__in=subject.people) | Q(stays__in=subject.people)
    own = RecordMerge.objects.filter(of_whom, authority=subject.licence.authority_id)
    for merge in own.select_related("proposed_by", "decided_by"):
        parts = merge.undoes_id is not None
        yield Line(
            at=merge.proposed_at,
            kind=Kind.REGISTER,
            what=_("Parting two records was proposed") if parts else _("A double record was found"),
            details=(merge.reason,),
            by=merge.proposed_by,
        )
        if merge.decided_at:
            yield Line(
                at=merge.decided_at,
                kind=Kind.REGISTER,
                what=_("Parting was decided about")
                if parts
                else _("A double record was decided about"),
                details=(merge.get_decision_display().capitalize(),),
                by=merge.decided_by,
            )
