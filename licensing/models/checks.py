"""What organisations were told about drivers: receipts, and looks at an operator's own list."""

import json
from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact
from licensing.models.checkers import CheckerOrganisation
from people import perms as people
from people.models import Authority, Learner, Licence, Membership, Tenure


def records_of(learner: Learner) -> list[int]:
    """The person, with the records from before their own account that it took over, by their keys:
    with these the database finds what is about them by an index alone."""
    own = Learner.objects.filter(Q(pk=learner.pk) | Q(succeeded_by=learner.pk))
    return list(own.values_list("pk", flat=True))


class CheckReceiptQuerySet(models.QuerySet["CheckReceipt"]):
    def for_checker(self, user: Any) -> Self:
        """Those of the organisations for which the person may check now, whoever asked."""
        places = CheckerOrganisation.objects.in_force().filter(
            members__user=user.pk, members__ended_at=None
        )
        return self.filter(organisation__in=places)

    def visible_to(self, user: Any) -> Self:
        """Officers and auditors see their own authority's, an administrator all; but for what is
        about themselves or somebody in whom they declared an interest."""
        roles = [Membership.Role.OFFICER, Membership.Role.AUDITOR]
        own = self.filter(authority__in=people.served_authorities(user, *roles))
        return own.exclude(people.kept_from(user))

    def about(self, records: Collection[int]) -> Self:
        return self.filter(learner__in=records)


class CheckReceipt(Fact):
    """One question and its answer, word for word (R35).

    ``number`` is as it was asked, ``learner`` whoever held it on the day; both it and ``licence``
    are empty where the answer was "not found". ``answer`` holds the facts, ``words`` the text as
    it was shown, as JSON under its SHA-256. ``key`` is that of the form: sent twice, it asks once.
    """

    class Purpose(models.TextChoices):
        JOURNEY = "journey", _("A journey of somebody in our care")
        SCHOOL_TRANSPORT = "school_transport", _("School or college transport")
        GIVING_WORK = "giving_work", _("Before giving a driver work")
        CONCERN = "concern", _("A worry about somebody's safety")
        INSPECTION = "inspection", _("An inspection or audit")
        OTHER = "other", _("Something else")

    reference = models.CharField(max_length=14, unique=True)
    organisation = models.ForeignKey(
        CheckerOrganisation, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.UUIDField()
    number = models.CharField(max_length=40)
    licence = models.ForeignKey(
        Licence, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    as_at = models.DateField()
    known_at = models.DateTimeField()
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    purpose_words = models.CharField(max_length=200, blank=True)
    answer = models.JSONField()
    words = models.TextField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = CheckReceiptQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "by", "key", "number", "as_at"],
                name="one_receipt_for_each_form",
                violation_error_message=_("This was asked already."),
            ),
            models.CheckConstraint(
                name="receipt_licence_with_learner",
                condition=Q(licence=None, learner=None)
                | Q(licence__isnull=False, learner__isnull=False),
                violation_error_message=_("What was found is a licence and who held it."),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-at", "-id"], name="receipts_of_organisation"),
            models.Index(fields=["authority", "-at", "-id"], name="receipts_of_authority"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def found(self) -> bool:
        return self.licence_id is not None

    @property
    def shown(self) -> dict[str, Any]:
        """The text as it was shown: ``language``, ``heading``, ``lines`` and ``notices``."""
        shown: dict[str, Any] = json.loads(self.words)
        return shown


class OperatorLookQuerySet(models.QuerySet["OperatorLook"]):
    def about(self, records: Collection[int]) -> Self:
        return self.filter(learner__in=records)

    def before_the_link(self, learner: Learner) -> Self:
        """Of licences that are the person's now but were linked to nobody then; not if the number
        was somebody else's at the time."""
        passed_on = Tenure.objects.filter(
            licence=OuterRef("licence"), recorded_at__gt=OuterRef("at")
        )
        linked_later = self.filter(learner=None, licence__holder=learner.pk)
        return linked_later.filter(~Exists(passed_on))


class OperatorLook(Fact):
    """An operator's list showed this licence on that London day; once a day, however often.

    With a ``receipt``, an organisation opened that again and was told whether its answer would be
    another one by now; once a day as well.
    """

    organisation = models.ForeignKey(
        CheckerOrganisation, on_delete=models.PROTECT, related_name="looks", db_index=False
    )
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="+")
    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    receipt = models.ForeignKey(
        CheckReceipt,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="looks",
        db_index=False,
    )
    day = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OperatorLookQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "licence", "day"],
                condition=Q(receipt=None),
                name="one_look_a_day",
                violation_error_message=_("This look is on record already."),
            ),
            models.UniqueConstraint(
                fields=["receipt", "day"],
                condition=Q(receipt__isnull=False),
                name="one_look_at_a_receipt_a_day",
                violation_error_message=_("This look is on record already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.licence} {self.day}"


OWN_LIST = "own_list"  # Stands for a purpose where an operator looked at its own drivers,
RECEIPT = "receipt"  # and where an organisation opened its receipt again.


def looks_at(learner: Learner) -> QuerySet[Any, dict[str, Any]]:
    """Who has looked at the person's training, the latest first (R50): the instant, the
    organisation's name, the licence, the day asked about and the purpose.

    Not in it: staff of the authority, its licensing system, and whoever checks a certificate by
    its number.
    """
    checks, lists = CheckReceipt.objects.order_by(), OperatorLook.objects.order_by()
    columns = ("at", "organisation__name", "licence__number")
    records = records_of(learner)
    of_list = {
        "as_at": Coalesce("receipt__as_at", "day"),
        "purpose": Case(When(receipt=None, then=Value(OWN_LIST)), default=Value(RECEIPT)),
    }
    looks: tuple[QuerySet[Any, dict[str, Any]], ...] = (
        checks.about(records).values(*columns, "as_at", "purpose"),
        lists.about(records).values(*columns, **of_list),
        lists.before_the_link(learner).values(*columns, **of_list),
    )
    latest_first: QuerySet[Any, dict[str, Any]]
    latest_first = looks[0].union(*looks[1:], all=True).order_by("-at")
    return latest_first
