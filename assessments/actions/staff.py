"""Which member of staff may act for whom."""

from assessments import perms
from assessments.refusals import ArrangementRefused
from people.models import Authority, Learner, User


def allow(by: User, *roles: str, learner: Learner, authority: Authority | None) -> None:
    """Go on only for somebody with one of ``roles`` at the authority, and never for the learner
    themselves. Raises ArrangementRefused."""
    code = perms.reason_against(by, *roles, learner=learner, authority=authority)
    if code:
        raise ArrangementRefused(code)
