"""Constraints of what one person proposes and another one decides (R47)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NOT_BY_PROPOSER = _("Somebody other than who proposed it decides.")


def decided_with_by(name: str) -> CheckConstraint:
    return CheckConstraint(
        name=name,
        condition=Q(decision="", decided_by=None, decided_at=None)
        | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
        violation_error_message=_("A decision needs its time and who took it."),
    )


def by_another(
    name: str,
    *,
    by: str = "decided_by",
    than: str = "proposed_by",
    decisions: Sequence[str] = (),
    message: "str | _StrPromise" = NOT_BY_PROPOSER,
) -> CheckConstraint:
    """The two are not the same person. With ``decisions``, only where it is one of these: whoever
    proposed something may take it back."""
    free = ~Q(decision__in=decisions) if decisions else Q((by, None))
    return CheckConstraint(
        name=name, condition=free | ~Q((by, F(than))), violation_error_message=message
    )
