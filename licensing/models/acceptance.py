"""Which certificates of other authorities an authority accepts."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from people.models import Authority, DatedRule, DatedRuleQuerySet


class AcceptanceQuerySet(DatedRuleQuerySet):
    def for_the_same(self, rule: "Acceptance") -> Self:
        """The rules of one authority about one course of another, of which one is in force."""
        return self.filter(
            authority=rule.authority_id,
            from_authority=rule.from_authority_id,
            course=rule.course_id,
        )


class Acceptance(DatedRule):
    """This authority accepts the certificates that drivers of another one earned by a course.

    A later rule about the same course of the same authority takes the place of an earlier one. One
    without ``requirements`` accepts nothing, and so ends it. A certificate belongs to the course
    that was passed: a refresher has a rule of its own. Training elsewhere that the other authority
    recognised was not earned there, and is not accepted on its word.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    from_authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+")
    requirements = ArrayField(
        models.SlugField(max_length=40),
        blank=True,
        default=list,
        help_text=_("The codes of our requirements that it serves. Empty: nothing is accepted."),
    )
    from_edition = models.CharField(
        max_length=20,
        blank=True,
        help_text=_(
            "The first edition of the course that counts, as printed on certificates. Empty: all."
        ),
    )
    months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Counted from the pass. Empty: as long as the certificate lasts."),
    )

    objects = AcceptanceQuerySet.as_manager()  # type: ignore[misc]

    class Meta(DatedRule.Meta):
        constraints = [
            *DatedRule.Meta.constraints,
            models.CheckConstraint(
                name="acceptance_of_another",
                condition=~Q(from_authority=F("authority")),
                violation_error_message=_("Choose another council than your own."),
            ),
            models.CheckConstraint(
                name="acceptance_lasts",
                condition=Q(months=None) | Q(months__gte=1),
                violation_error_message=_("A certificate counts for at least a month."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "from_authority", "course", "-effective_from"],
                name="acceptance_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.authority} accepts {self.from_authority} from {self.effective_from}"

    @property
    def accepts(self) -> bool:
        return bool(self.requirements)
