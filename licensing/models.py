"""What an authority requires of its drivers, and which licensing system speaks for it."""

from datetime import datetime
from typing import Any, Self

import pghistory
import pgtrigger
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from people.models import Authority, DatedRule, DatedRuleQuerySet, Licence, Membership


def every_kind() -> list[str]:
    return list(Licence.Kind.values)


class RequirementQuerySet(DatedRuleQuerySet):
    def visible_to(self, user: Any) -> Self:
        """The national ones and those of the authorities where the person has a staff role."""
        if user.is_superuser:
            return self
        held = Membership.objects.of(user).current()
        return self.filter(Q(authority=None) | Q(authority__in=held.values("authority")))


class Requirement(DatedRule):
    """Which course holders of which licence kinds must have passed, from when, with how much grace.

    ``code`` names the requirement over time: a later rule with the same code replaces an earlier
    one. To end a requirement, approve one with the same code and no licence kinds.
    """

    code = models.SlugField(max_length=40, default="safeguarding")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="requirements")
    licence_kinds = ArrayField(
        models.CharField(max_length=20, choices=Licence.Kind.choices), default=every_kind
    )
    grace_days = models.PositiveSmallIntegerField(default=0)

    objects = RequirementQuerySet.as_manager()  # type: ignore[misc]

    class Meta(DatedRule.Meta):
        constraints = [
            *DatedRule.Meta.constraints,
            models.CheckConstraint(
                name="requirement_kinds_known",
                condition=Q(licence_kinds__contained_by=list(Licence.Kind.values)),
                violation_error_message=_("Name only kinds of licence that there are."),
            ),
            models.CheckConstraint(
                name="requirement_has_a_code",
                condition=~Q(code=""),
                violation_error_message=_("Give the requirement a code."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "code", "-effective_from"], name="requirement_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.effective_from}"

    def get_licence_kinds_display(self) -> str:
        """The kinds in words, for people."""
        words = dict(Licence.Kind.choices)
        return ", ".join(str(words[kind]) for kind in self.licence_kinds)


class Scope(models.TextChoices):
    """What a licensing system may be allowed to do."""

    STATUS_READ = "status:read", _("Read training status")
    REGISTER_WRITE = "register:write", _("Write the register")
    EVENTS_READ = "events:read", _("Read the change feed")


@pghistory.track()
class ApiClient(models.Model):
    """Ties one OAuth 2 client to the one authority it may ask about. Ended, never deleted."""

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="api_client")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="api_clients")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="api_client_ended_at_with_by",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                violation_error_message=_("Say both when the access ended and who ended it."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="api_client_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="api_client_fixed", fields=["client", "authority"]),
        ]

    def __str__(self) -> str:
        return str(self.client_id)

    def end(self, *, by: Any, now: datetime) -> None:
        self.ended_at, self.ended_by = now, by
        self.save(update_fields=["ended_at", "ended_by"])
