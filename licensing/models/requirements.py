"""What an authority requires of its drivers."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, CoursePage
from courses.models.facts import Fact
from licensing.applying import AppliesTo
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

    ``code`` names the requirement over time: a later rule with the same code, for the same drivers,
    replaces an earlier one. To end a requirement, approve one with the same code for everybody and
    no licence kinds. ``due_by`` is the London day to the end of which drivers have time to pass.
    """

    class Whom(models.TextChoices):
        """``licensing.applying.AppliesTo`` in words."""

        EVERYBODY = AppliesTo.EVERYBODY.value, _("every driver")
        NEW = AppliesTo.NEW.value, _("new drivers")
        EXISTING = AppliesTo.EXISTING.value, _("drivers who were licensed before")
        COHORT = AppliesTo.COHORT.value, _("one group")

    code = models.SlugField(max_length=40, default="safeguarding")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="requirements")
    licence_kinds = ArrayField(
        models.CharField(max_length=20, choices=Licence.Kind.choices), default=every_kind
    )
    grace_days = models.PositiveSmallIntegerField(default=0)
    applies_to = models.CharField(
        max_length=10,
        choices=Whom.choices,
        default=Whom.EVERYBODY,
        db_default=Whom.EVERYBODY.value,
    )
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, null=True, blank=True, related_name="requirements"
    )
    due_by = models.DateField(null=True, blank=True)

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
            models.CheckConstraint(
                name="requirement_names_its_cohort",
                condition=Q(applies_to="cohort", cohort__isnull=False, authority__isnull=False)
                | (~Q(applies_to="cohort") & Q(cohort=None)),
                violation_error_message=_("Say which group of the council the rule is for."),
            ),
            # Else it would free some drivers of what the rule for everybody asks.
            models.CheckConstraint(
                name="requirement_for_some_asks",
                condition=Q(applies_to="everybody") | ~Q(licence_kinds=[]),
                violation_error_message=_("A rule for some drivers names a kind of licence."),
            ),
            models.CheckConstraint(
                name="requirement_due_after_first_day",
                condition=Q(due_by=None) | Q(due_by__gte=F("effective_from")),
                violation_error_message=_("The deadline comes on the first day or later."),
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


class RulePreview(Fact):
    """What the preview told whoever approved a rule (R11): of how many licensed drivers how many
    would come to lack the training on which day. ``days`` is a list of ``[day, drivers]``."""

    rule = models.OneToOneField(Requirement, on_delete=models.PROTECT, related_name="preview")
    known_at = models.DateTimeField()
    licensed = models.PositiveIntegerField()
    days = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.rule}: {self.licensed}"
