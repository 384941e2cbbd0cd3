"""Template context every page may rely on."""

from typing import Any

from django.http import HttpRequest

from people import perms


def site(request: HttpRequest) -> dict[str, Any]:
    """``service_name``, ``learner``, their ``authority`` and whether staff pages are open."""
    user = getattr(request, "user", None)
    learner = perms.learner_of(request)
    return {
        "service_name": "Driver safeguarding training",
        "learner": learner,
        "authority": learner.authority if learner else None,
        "is_staff_member": bool(user and user.has_perm("wagtailadmin.access_admin")),
    }
