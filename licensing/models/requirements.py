"""What an authority requires of its drivers."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from people.models import DatedRule, DatedRuleQuerySet, Licence, Membership


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
