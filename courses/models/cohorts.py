"""Cohorts: a named group of people with a trainer and a deadline."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.pages import CoursePage
from people.models import Authority, Learner


class CohortQuerySet(models.QuerySet["Cohort"]):
    def at(self, authorities: Any) -> Self:
        return self.filter(authority__in=authorities).select_related("course", "trainer")

    def of(self, learner: Learner) -> Self:
        """The groups the person is in now; the one to finish first comes first."""
        own = self.filter(places__learner=learner, places__left_at=None)
        return own.select_related("course").order_by("deadline_on", "name")


class Cohort(models.Model):
    """People of one authority who take one course with one trainer by one day (London)."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField(max_length=120)
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="cohorts")
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cohorts"
    )
    deadline_on = models.DateField(_("finish by"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["deadline_on", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "name"],
                name="cohort_name_once_per_authority",
                violation_error_message=_("There is a group with this name already."),
            )
        ]
        triggers = [pgtrigger.Protect(name="cohort_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class CohortPlaceQuerySet(models.QuerySet["CohortPlace"]):
    def current(self) -> Self:
        return self.filter(left_at=None)


class CohortPlace(models.Model):
    """One person's place in a cohort. Left, never deleted."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="places")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="cohort_places")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    left_at = models.DateTimeField(null=True, blank=True)

    objects = CohortPlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "learner"],
                condition=Q(left_at=None),
                name="one_place_per_cohort",
                violation_error_message=_("This person is in the group already."),
            ),
            models.CheckConstraint(
                name="cohort_place_left_at_with_by",
                condition=Q(left_at=None, left_by=None)
                | Q(left_at__gte=F("added_at"), left_by__isnull=False),
                violation_error_message=_("Say both when a person left and who said so."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="cohort_place_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="cohort_place_fixed", fields=["cohort", "learner", "added_by", "added_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.cohort}"
