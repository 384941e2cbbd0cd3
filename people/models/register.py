"""The register: authorities, the licences they issue, and the people in training who hold them."""

from datetime import date, datetime
from typing import Any, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from people.models.accounts import Membership, User


@pghistory.track()
class Authority(models.Model):
    """A council (or other body) that licenses drivers. Everything personal belongs to one."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    licensing_email = models.EmailField(blank=True)
    licensing_phone = models.CharField(max_length=40, blank=True)
    brand_colour = models.CharField(
        max_length=7,
        blank=True,
        help_text=_("A colour such as #1d4f5c, dark enough for white text."),
    )

    class Meta:
        verbose_name_plural = _("authorities")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="authority_colour_is_hex",
                condition=Q(brand_colour="") | Q(brand_colour__regex=r"^#[0-9a-f]{6}$"),
                violation_error_message=_(
                    "Write the colour as # and six digits or letters a to f."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Audience(models.TextChoices):
    """Whom a course is for, and what a person in training works as."""

    DRIVER = "driver", _("Licensed driver, or applying for a licence")
    OPERATOR_STAFF = "operator_staff", _("Operator, dispatcher or call taker")
    PASSENGER_ASSISTANT = "passenger_assistant", _("Passenger assistant")
    COUNCILLOR = "councillor", _("Councillor")
    LICENSING_OFFICER = "licensing_officer", _("Licensing officer")
    CHILDRENS_HOME = "childrens_home", _("Staff of a children's home")


class LearnerQuerySet(models.QuerySet["Learner"]):
    def for_user(self, user: Any) -> Self:
        return self.filter(user=user.pk).select_related("authority")


@pghistory.track()
class Learner(models.Model):
    """A person in training. ``authority`` is the one they train for; a licence may come later.

    Somebody who was trained before this service has no account: the register's officer entered the
    record. Once they sign up and prove to be the holder, their own learner is named in
    ``succeeded_by`` and takes the record over. So is the record that stays when two officers find
    that one person has two; the account of the other one is then closed.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="learner",
    )
    succeeded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="succeeds"
    )
    succeeded_at = models.DateTimeField(null=True, blank=True)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="learners"
    )
    full_name = models.CharField(max_length=200)
    audience = models.CharField(
        max_length=20,
        choices=Audience.choices,
        default=Audience.DRIVER,
        db_default=Audience.DRIVER.value,
    )
    created_at = models.DateTimeField()

    objects = LearnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="learner_succeeded_by_another",
                condition=Q(succeeded_by=None, succeeded_at=None)
                | (
                    Q(succeeded_by__isnull=False, succeeded_at__isnull=False)
                    & ~Q(succeeded_by=F("pk"))
                ),
                violation_error_message=_("Say both who takes the record over and since when."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["succeeded_by"],
                name="learners_succeeded",
                condition=Q(succeeded_by__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="learner_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.full_name

    @property
    def account(self) -> User:
        """The account of whoever takes tests. Raises ValueError for a record without one."""
        if self.user is None:
            raise ValueError("Nobody can sign in as this person.")
        return self.user


class LicenceQuerySet(models.QuerySet["Licence"]):
    def numbered(self, *, authority: Authority, number: str) -> Self:
        """The licence with this number, however it was typed."""
        return self.filter(authority=authority, number=normalise_number(number))

    def like(self, claim: "LicenceClaim") -> Self:
        """Licences a claim may mean: same number or same date of birth, at its authority."""
        same = Q(number=claim.number) | Q(date_of_birth=claim.date_of_birth)
        return self.filter(same, authority=claim.authority_id).order_by("number")

    def held_by(self, learner: Learner) -> Self:
        return self.filter(holder=learner).select_related("authority").order_by("pk")


def normalise_number(number: str) -> str:
    """Licence numbers are compared in capitals and without spaces."""
    return "".join(number.split()).upper()


def in_history(to: type[models.Model], *, null: bool = False) -> models.ForeignKey[Any, Any]:
    """Whom a row of history names, as it was: no constraint, and no index that nobody asks."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        null=null,
        related_name="+",
        related_query_name="+",
        db_constraint=False,
        db_index=False,
    )


# By statement, not by row: an import changes hundreds of thousands at once.
@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    level=pghistory.Statement,
    attrs={"authority": in_history(Authority), "holder": in_history(Learner, null=True)},
    # What an undone import took away is looked for among those alone.
    meta={
        "indexes": [
            models.Index(
                fields=["authority"], name="licences_gone", condition=Q(pgh_label="delete")
            )
        ]
    },
)
class Licence(models.Model):
    """A licence as its authority's register describes it. ``state`` is the authority's word alone:
    training never changes it (R03). ``holder`` is set once somebody has proved to be the person, or
    to a record without an account once their training elsewhere is entered."""

    class Kind(models.TextChoices):
        HACKNEY_CARRIAGE = "hackney_carriage", _("hackney carriage (taxi)")
        PRIVATE_HIRE = "private_hire", _("private hire")
        DUAL = "dual", _("taxi and private hire")

    class State(models.TextChoices):
        APPLICANT = "applicant", _("applicant")
        CURRENT = "current", _("current")
        SUSPENDED = "suspended", _("suspended")
        EXPIRED = "expired", _("expired")
        SURRENDERED = "surrendered", _("surrendered")
        REVOKED = "revoked", _("revoked")

    # Found by the index on authority and date of birth, or that on authority and number.
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="licences", db_index=False
    )
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=20, choices=State.choices)
    full_name = models.CharField(max_length=200)
    date_of_birth = models.DateField()
    email = models.EmailField(blank=True)
    mobile = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    operator_reference = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=20, blank=True)
    holder = models.ForeignKey(
        Learner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="licences",
        db_index=False,
    )
    held_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = LicenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                name="licence_number_once_per_authority",
                violation_error_message=_("This authority already has a licence with that number."),
            ),
            models.CheckConstraint(
                name="licence_number_normalised",
                condition=Q(number=Upper("number")) & ~Q(number__contains=" ") & ~Q(number=""),
                violation_error_message=_("Write the licence number in capitals without spaces."),
            ),
            models.CheckConstraint(
                name="licence_holder_with_held_from",
                condition=Q(holder=None, held_from=None)
                | Q(holder__isnull=False, held_from__isnull=False),
                violation_error_message=_("Say both who holds the licence and since when."),
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "date_of_birth"], name="licences_born"),
            models.Index(
                fields=["holder"], name="licences_held", condition=Q(holder__isnull=False)
            ),
        ]
        triggers = [pgtrigger.Protect(name="licence_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number

    def matches(self, *, date_of_birth: date) -> bool:
        return self.date_of_birth == date_of_birth

    def may_be_held_by(self, learner: Learner) -> bool:
        """Nobody holds it, they do, or a record does to which no account belongs yet."""
        return self.holder is None or self.holder_id == learner.pk or self.holder.user_id is None

    def hold(self, learner: Learner, *, now: datetime) -> None:
        self.holder, self.held_from = learner, now
        self.save(update_fields=["holder", "held_from"])


class LicenceClaimQuerySet(models.QuerySet["LicenceClaim"]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)

    def since(self, moment: datetime) -> Self:
        return self.filter(made_at__gte=moment)

    def for_officer(self, user: Any) -> Self:
        """Claims on licences of the authorities at which the person is a licensing officer now."""
        return self.filter(
            authority__memberships__user=user.pk,
            authority__memberships__role=Membership.Role.OFFICER,
            authority__memberships__ended_at=None,
        )


class LicenceClaim(models.Model):
    """A person said "this licence is mine". What they typed is a fact; the decision comes once."""

    class Decision(models.TextChoices):
        LINKED = "linked", _("linked")
        DECLINED = "declined", _("declined")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="claims")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="claims")
    number = models.CharField(max_length=40)
    date_of_birth = models.DateField()
    made_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    licence = models.ForeignKey(
        Licence, on_delete=models.PROTECT, null=True, blank=True, related_name="claims"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LicenceClaimQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "authority", "number"],
                condition=Q(decided_at=None),
                name="one_waiting_claim_per_licence",
                violation_error_message=_("You have already asked for this licence."),
            ),
            models.CheckConstraint(
                name="claim_decision_with_time",
                condition=Q(decided_at=None, decision="", decided_by=None)
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                violation_error_message=_("A decision needs its time."),
            ),
            models.CheckConstraint(
                name="claim_linked_with_licence",
                condition=~Q(decision="linked") | Q(licence__isnull=False),
                violation_error_message=_("A linked claim names its licence."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="claim_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="claim_fixed",
                fields=["learner", "authority", "number", "date_of_birth", "made_at"],
            ),
            pgtrigger.Protect(
                name="claim_decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.number}"
