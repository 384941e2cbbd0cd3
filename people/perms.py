"""May this person …? One function for each question."""

from django.contrib.auth.models import AnonymousUser

from people.models import Authority, Membership, User

Role = Membership.Role


def has_role(user: User | AnonymousUser, *roles: str, authority: Authority | None = None) -> bool:
    """Whether the person holds one of ``roles`` now, at ``authority`` where one is given."""
    if not user.is_authenticated or not user.is_active:
        return False
    held = Membership.objects.of(user).current().filter(role__in=roles)
    if authority is not None:
        held = held.filter(authority=authority)
    return held.exists()


def may_decide_claim(user: User | AnonymousUser, *, authority: Authority) -> bool:
    """Licensing officers of the claim's own authority."""
    return has_role(user, Role.OFFICER, authority=authority)


def is_staff_member(user: User | AnonymousUser) -> bool:
    """Anybody with a staff role, and platform administrators."""
    return user.is_authenticated and (user.is_superuser or has_role(user, *Role.values))
