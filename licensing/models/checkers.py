"""Organisations that check drivers' training for their own work, and their people (R35, R50)."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from people import perms as people
from people.models import Authority, Membership
from people.models.decisions import by_another, decided_with_by

DECISION_CHANGED = """
OLD.decided_at IS NOT NULL
AND ROW(OLD.decision, OLD.decision_reason, OLD.decided_by_id, OLD.decided_at)
    IS DISTINCT FROM ROW(NEW.decision, NEW.decision_reason, NEW.decided_by_id, NEW.decided_at)
"""


class CheckerOrganisationQuerySet(models.QuerySet["CheckerOrganisation"]):
    def waiting(self) -> Self:
        return self.filter(decision="")

    def in_force(self) -> Self:
        """Approved, and not ended since."""
        return self.filter(decision=CheckerOrganisation.Decision.APPROVED, ended_at=None)

    def visible_to(self, user: Any) -> Self:
        """Officers and auditors see their own authority's, an administrator all."""
        roles = [Membership.Role.OFFICER, Membership.Role.AUDITOR]
        return self.filter(authority__in=people.served_authorities(user, *roles))


class CheckerOrganisation(models.Model):
    """A children's home, a school transport team, an operator: it may ask one authority about
    training once a second officer has approved it, until an officer ends that.

    ``operator_reference`` is that of the register's licences; with it an operator sees the drivers
    that the register links to it.
    """

    class Kind(models.TextChoices):
        CHILDRENS_HOME = "childrens_home", _("Children's home")
        SCHOOL_TRANSPORT = "school_transport", _("School transport")
        OPERATOR = "operator", _("Operator")
        POLICE_LIAISON = "police_liaison", _("Police liaison")
        OTHER = "other", _("Other")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="checker_organisations"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200)
    operator_reference = models.CharField(max_length=60, blank=True)
    contact_name = models.CharField(max_length=200)
    contact_email = models.EmailField()
    reason = models.TextField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decision_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True)

    objects = CheckerOrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "authority",
                Lower("name"),
                condition=~Q(decision="declined") & Q(ended_at=None),
                name="one_checker_organisation_by_name",
                violation_error_message=_("This council has an organisation of that name already."),
            ),
            models.CheckConstraint(
                name="checker_operator_with_reference",
                condition=(Q(kind="operator") & ~Q(operator_reference=""))
                | (~Q(kind="operator") & Q(operator_reference="")),
                violation_error_message=_("An operator, and nobody else, has a reference."),
            ),
            decided_with_by("checker_decided_with_by"),
            by_another("checker_decided_by_another"),
            models.CheckConstraint(
                name="checker_ended_with_by_and_reason",
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | (
                    Q(ended_at__isnull=False, ended_by__isnull=False, decision="approved")
                    & ~Q(end_reason="")
                ),
                violation_error_message=_("Say when it ended, who ended it and why."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="checker_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="checker_fixed",
                fields=[
                    "authority",
                    "kind",
                    "name",
                    "operator_reference",
                    "contact_name",
                    "contact_email",
                    "reason",
                    "proposed_by",
                    "proposed_at",
                ],
            ),
            pgtrigger.Protect(
                name="checker_decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(DECISION_CHANGED),
            ),
            pgtrigger.Protect(
                name="checker_end_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_force(self) -> bool:
        return self.decision == self.Decision.APPROVED and self.ended_at is None

    @property
    def is_operator(self) -> bool:
        return self.kind == self.Kind.OPERATOR


class CheckerInvitationQuerySet(models.QuerySet["CheckerInvitation"]):
    def open(self, *, now: datetime) -> Self:
        """Neither used nor withdrawn nor too old."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)


class CheckerInvitation(models.Model):
    """One e-mail with a link by which its reader joins an organisation. The link is kept only as a
    hash: whoever reads this table cannot use it."""

    organisation = models.ForeignKey(
        CheckerOrganisation, on_delete=models.PROTECT, related_name="invitations"
    )
    name = models.CharField(max_length=200)
    email = models.EmailField()
    is_contact = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CheckerInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_open_checker_invitation",
                violation_error_message=_("This person has been invited already."),
            ),
            models.CheckConstraint(
                name="invitation_used_or_withdrawn_not_both",
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                violation_error_message=_("An invitation is used or withdrawn, never both."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="invitation_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="invitation_fixed", exclude=["accepted_at", "withdrawn_at"]),
            pgtrigger.Protect(
                name="invitation_over",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__accepted_at__isnull=False)
                | pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CheckerMemberQuerySet(models.QuerySet["CheckerMember"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, user: Any) -> Self:
        return self.filter(user=user.pk)

    def in_force(self) -> Self:
        """Who may check now: neither they nor their organisation has been ended."""
        organisations = CheckerOrganisation.objects.in_force()
        return self.current().filter(organisation__in=organisations)


class CheckerMember(models.Model):
    """Somebody who checks for an organisation. Its contact may invite and end colleagues."""

    organisation = models.ForeignKey(
        CheckerOrganisation, on_delete=models.PROTECT, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="checker_places"
    )
    invitation = models.OneToOneField(
        CheckerInvitation, on_delete=models.PROTECT, related_name="member"
    )
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    is_contact = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CheckerMemberQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(ended_at=None),
                name="one_place_in_an_organisation",
                violation_error_message=_("This person checks for the organisation already."),
            ),
            models.CheckConstraint(
                name="checker_not_invited_by_oneself",
                condition=~Q(inviter=F("user")),
                violation_error_message=_("Nobody may invite themselves."),
            ),
            models.CheckConstraint(
                name="checker_member_ended_with_by",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                violation_error_message=_("Say both when it ended and who said so."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="checker_member_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="checker_member_fixed", exclude=["ended_at", "ended_by"]),
            pgtrigger.Protect(
                name="checker_member_end_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.organisation}"
