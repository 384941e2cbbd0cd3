"""May this person …? One function for each question."""

from django.contrib.auth.models import AnonymousUser

from certificates.models import Certificate
from people.models import Membership, User
from people.perms import has_role

Role = Membership.Role


def may_see_certificate(user: User | AnonymousUser, certificate: Certificate) -> bool:
    """Its holder alone."""
    return user.is_authenticated and certificate.learner.user_id == user.pk


def may_download(user: User | AnonymousUser, certificate: Certificate) -> bool:
    """Its holder, and licensing officers of the authority it was passed for."""
    if may_see_certificate(user, certificate):
        return True
    authority = certificate.authority
    return authority is not None and has_role(user, Role.OFFICER, authority=authority)


def may_list_certificates(user: User | AnonymousUser) -> bool:
    """Officers and auditors (of their own authority), and platform administrators."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or has_role(user, Role.OFFICER, Role.AUDITOR)
