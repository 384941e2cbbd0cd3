"""The training status and its reasons, in words for staff. Other systems read the codes instead."""

from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing.eligibility import Code, Reason, Status, Training

TRAININGS: Mapping[Training, str | Promise] = {
    Training.MET: _("Training requirement met"),
    Training.NOT_MET: _("Training requirement not met"),
}
STATUSES: Mapping[Status, str | Promise] = {
    Status.VALID: _("Valid"),
    Status.EXPIRING: _("Valid, can be renewed"),
    Status.IN_GRACE: _("Ended, in the days of grace"),
    Status.EXPIRED: _("Ended"),
    Status.REVOKED: _("Revoked"),
    Status.NEVER_PASSED: _("Never trained"),
    Status.NOT_REQUIRED: _("Not asked for"),
}
REASONS: Mapping[Code, str | Promise] = {
    Code.CERTIFICATE_VALID: _("Certificate %(reference)s is valid until %(until)s."),
    Code.CERTIFICATE_EXPIRING: _(
        "Certificate %(reference)s is valid until %(until)s. It can be renewed since %(since)s."
    ),
    Code.IN_GRACE: _("Certificate %(reference)s ended on %(ended)s. Grace lasts until %(until)s."),
    Code.CERTIFICATE_EXPIRED: _("Certificate %(reference)s ended on %(ended)s."),
    Code.CERTIFICATE_REVOKED: _(
        "Certificate %(reference)s was revoked with effect from %(since)s."
    ),
    Code.NEVER_PASSED: _("No certificate of the course is on record for %(day)s."),
    Code.LICENCE_NOT_LINKED: _("The licence is not linked to a person in training yet."),
    Code.NOT_REQUIRED_FOR_LICENCE_KIND: _(
        "The requirement does not apply to this kind of licence."
    ),
    Code.NO_REQUIREMENT_IN_FORCE: _("No training requirement was in force on %(day)s."),
    Code.TRAINING_RECOGNISED: _(
        "Certificate %(reference)s is for training elsewhere that the council has recognised."
    ),
    Code.ACCEPTED_FROM_ELSEWHERE: _(
        "Certificate %(reference)s was earned with %(authority)s, whose certificates are accepted."
    ),
}


def reason_in_words(reason: Reason) -> str:
    """A code that has no words here is told as other systems are told it."""
    if reason.code not in REASONS:
        return reason.text
    facts = {
        name: fact if isinstance(fact, str) else date_format(fact)
        for name, fact in reason.facts.items()
    }
    return str(REASONS[reason.code]) % facts
