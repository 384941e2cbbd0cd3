"""A certificate by what somebody typed or scanned."""

from certificates.models import Certificate
from certificates.reference import is_wellformed, normalise


def by_reference(typed: str) -> Certificate | None:
    """By its reference, however that is written; nothing is asked of the database for nonsense."""
    reference = normalise(typed)
    if not is_wellformed(reference):
        return None
    related = ("learner", "authority", "replacement")
    certificates = Certificate.objects.with_standing().select_related(*related)
    return certificates.filter(reference=reference).first()
