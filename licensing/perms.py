"""May this person …? One function for each question."""

from typing import Any

from people.models import Membership
from people.perms import has_role

Role = Membership.Role


def may_list_requirements(user: Any) -> bool:
    """Licensing officers, reviewers, auditors and platform administrators."""
    return user.is_superuser or has_role(user, Role.OFFICER, Role.REVIEWER, Role.AUDITOR)
