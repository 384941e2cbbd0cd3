"""The history of a certificate as staff read it: one line for each thing, in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, CertificateEvent, StandingChange
from people.models import User

Kind = CertificateEvent.Kind
HAPPENED: dict[str, str | Promise] = {
    Kind.ISSUED: _("Issued"),
    Kind.REVOKED: _("Revoked"),
    Kind.REINSTATED: _("Reinstated: it counts again"),
    Kind.REPLACED: _("Replaced by a corrected certificate"),
}
PROPOSED: dict[str, str | Promise] = {
    Kind.REVOKED: _("Proposed: revoke it"),
    Kind.REINSTATED: _("Proposed: reinstate it"),
    Kind.REPLACED: _("Proposed: correct the name"),
}
DECISIONS: dict[str, str | Promise] = {
    "": _("Waits for a second person"),
    StandingChange.Decision.DECLINED: _("Declined"),
    StandingChange.Decision.TAKEN_BACK: _("Taken back"),
}


@dataclass(frozen=True)
class Line:
    """``change`` is set where a proposal is what the line tells of."""

    at: datetime
    what: str | Promise
    effective_on: date | None
    by: User | None
    seconded_by: User | None
    reason_class: str = ""
    reason: str = ""
    outcome: str | Promise = ""
    change: StandingChange | None = None

    @property
    def is_waiting(self) -> bool:
        return self.change is not None and not self.change.decision


def timeline(certificate: Certificate) -> list[Line]:
    """Every event, and every proposal that came to none, the latest last."""
    events = certificate.events.select_related("by", "seconded_by")
    changes = certificate.standing_changes.filter(event=None)
    lines = [*map(_of_event, events), *_of_changes(changes.select_related("proposed_by"))]
    return sorted(lines, key=lambda line: line.at)


def _of_event(event: CertificateEvent) -> Line:
    return Line(
        at=event.recorded_at,
        what=HAPPENED[event.kind],
        effective_on=event.effective_on,
        by=event.by,
        seconded_by=event.seconded_by,
        reason_class=event.get_reason_class_display(),
        reason=event.reason,
    )


def _of_changes(changes: Iterable[StandingChange]) -> list[Line]:
    return [
        Line(
            at=change.proposed_at,
            what=PROPOSED[change.kind],
            effective_on=change.effective_on,
            by=change.proposed_by,
            seconded_by=None,
            reason_class=change.get_reason_class_display(),
            reason=change.reason,
            outcome=DECISIONS[change.decision],
            change=change,
        )
        for change in changes
    ]
