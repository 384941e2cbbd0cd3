"""What can be done about a driver in the other rooms, by whoever looks at the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

import assessments.perms
import certificates.perms
import licensing.perms
from certificates.models import Certificate, StandingChange
from licensing.desk.history import Subject
from people import perms as people


@dataclass(frozen=True)
class Door:
    label: str
    url: str


def doors(subject: Subject, *, may_work: bool) -> list[Door]:
    """Only those that open to the reader, in as many questions however long the history is."""
    return [
        *_of_register(subject, may_work=may_work),
        *_of_certificates(subject),
        *_of_tests(subject),
        *_of_interests(subject),
    ]


def _of_register(subject: Subject, *, may_work: bool) -> Iterator[Door]:
    licence = subject.licence
    waiting = people.decidable_claims(subject.reader)
    for claim in waiting.filter(authority=licence.authority_id, number=licence.number)[:1]:
        yield Door(_("Decide the licence request"), reverse("decide_claim", args=[claim.pk]))
    if licensing.perms.committee_licences(subject.reader).filter(pk=licence.pk).exists():
        yield Door(
            _("Put together a pack for a committee"),
            reverse("make_committee_pack", args=[licence.pk]),
        )
    if may_work:
        yield Door(_("Enter training elsewhere"), reverse("enter_evidence", args=[licence.pk]))
        if licence.holder_id is not None:
            yield Door(_("Propose an exception"), reverse("propose_exception", args=[licence.pk]))
            yield Door(_("Double records"), reverse("merges"))


def _of_certificates(subject: Subject) -> Iterator[Door]:
    """Of the certificate that lasts longest; the others are on the time line."""
    if not subject.certificates:
        return
    holder = subject.certificates[-1].learner_id
    yield Door(_("Proof of notice"), reverse("notices", args=[holder]))
    visible: Any = Certificate.objects.visible_to(subject.reader).with_standing()
    own = visible.filter(pk__in=[one.pk for one in subject.certificates], replaced=False)
    last = own.select_related("learner", "authority").order_by("-valid_until", "-pk").first()
    if last is None:
        return
    yield Door(
        _("Certificate %(reference)s") % {"reference": last.reference},
        reverse("staff_certificate", args=[last.pk]),
    )
    waiting = StandingChange.objects.waiting().filter(certificate=last).first()
    if waiting is not None:
        yield Door(
            _("What waits for a second person"), reverse("standing_change", args=[waiting.pk])
        )
    elif not certificates.perms.bar_to_change(subject.reader, last):
        if last.revoked:
            yield Door(
                _("Reinstate the certificate"), reverse("propose_reinstatement", args=[last.pk])
            )
        else:
            yield Door(_("Revoke the certificate"), reverse("propose_revocation", args=[last.pk]))
            yield Door(
                _("Correct the name on the certificate"),
                reverse("propose_correction", args=[last.pk]),
            )


def _of_tests(subject: Subject) -> Iterator[Door]:
    """A record without an account takes no tests."""
    holder = subject.licence.holder
    if holder is None or holder.user_id is None:
        return
    reachable = assessments.perms.desk_people(subject.reader, *assessments.perms.DESK)
    if not reachable.filter(pk=holder.pk).exists():
        return
    yield Door(_("Tests and help at tests"), reverse("test_person", args=[holder.pk]))
    if assessments.perms.serves(
        subject.reader, *assessments.perms.HOLDERS, authority=holder.authority
    ):
        yield Door(_("Hold a spoken or paper test"), reverse("hold_sitting", args=[holder.pk]))
        yield Door(_("Give a start code"), reverse("issue_start_code", args=[holder.pk]))


def _of_interests(subject: Subject) -> Iterator[Door]:
    holder = subject.licence.holder_id
    if holder and people.declarable_learners(subject.reader).filter(pk=holder).exists():
        yield Door(_("I know this person"), reverse("declare_interest", args=[holder]))
