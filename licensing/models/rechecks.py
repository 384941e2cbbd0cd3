"""Unannounced checks of drivers: planned, drawn at their start, and what came of them (R55)."""

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact, at_insert
from people.models import Authority, Licence

MOST = 500  # Drivers in one draw; a team that checks more draws twice.
# By the database's own clock as well, whatever moment the caller names; clocks differ a little.
DRAWN_AT_START = """
PERFORM FROM licensing_recheck r
WHERE r.id = NEW.recheck_id AND r.starts_at <= NEW.drawn_at
    AND r.starts_at <= clock_timestamp() + interval '1 minute'
    AND r.commitment = encode(sha256(convert_to(NEW.seed, 'UTF8')), 'hex')
    FOR UPDATE;
IF NOT FOUND THEN
    RAISE EXCEPTION 'the check has not started, or this is not its seed';
END IF;
IF EXISTS (SELECT FROM licensing_recheckcalloff c WHERE c.recheck_id = NEW.recheck_id) THEN
    RAISE EXCEPTION 'the check was called off';
END IF;
RETURN NEW;
"""
CALLED_OFF_BEFORE = """
PERFORM FROM licensing_recheck r
WHERE r.id = NEW.recheck_id AND r.starts_at > NEW.called_off_at FOR UPDATE;
IF NOT FOUND OR EXISTS (
    SELECT FROM licensing_rechecklist l WHERE l.recheck_id = NEW.recheck_id
) THEN
    RAISE EXCEPTION 'the check has started';
END IF;
RETURN NEW;
"""
ONE_OF_THE_DRAWN = """
IF NEW.place > (
    SELECT least(r.how_many, l.population)
    FROM licensing_rechecklist l JOIN licensing_recheck r ON r.id = l.recheck_id
    WHERE l.id = NEW.drawn_id
) THEN
    RAISE EXCEPTION 'no more drivers than were to be drawn';
END IF;
RETURN NEW;
"""
ABOUT_THE_SAME_DRIVER = """
IF NEW.corrects_id IS NOT NULL AND NEW.driver_id IS DISTINCT FROM (
    SELECT driver_id FROM licensing_recheckoutcome WHERE id = NEW.corrects_id
) THEN
    RAISE EXCEPTION 'a correction is about the same driver';
END IF;
RETURN NEW;
"""


class RecheckQuerySet(models.QuerySet["Recheck"]):
    def waiting(self) -> Self:
        """Those of which there is no list, and that were not called off."""
        return self.filter(drawn=None, call_off=None)

    def due(self, *, at: datetime) -> Self:
        return self.waiting().filter(starts_at__lte=at)


class Recheck(Fact):
    """An unannounced check, as an officer planned it. Nothing of it can be changed.

    ``sealed_seed`` decides who is drawn and is told to nobody before ``starts_at``; its SHA-256,
    ``commitment``, is shown from the beginning, so that nobody can put another seed in its place.
    """

    class What(models.TextChoices):
        IDENTITY = "identity", _("Identity: is the driver the person on the licence?")
        KNOWLEDGE = "knowledge", _("Knowledge: a few questions, asked face to face")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="rechecks")
    what = models.CharField(max_length=10, choices=What.choices)
    how_many = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST)]
    )
    licence_kinds = ArrayField(models.CharField(max_length=20, choices=Licence.Kind.choices))
    starts_at = models.DateTimeField()
    purpose = models.CharField(max_length=500)
    sealed_seed = models.TextField()
    commitment = models.CharField(max_length=64)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    planned_at = models.DateTimeField()

    objects = RecheckQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="recheck_how_many",
                condition=Q(how_many__gte=1, how_many__lte=MOST),
                violation_error_message=_("Choose from 1 to 500 drivers."),
            ),
            models.CheckConstraint(
                name="recheck_of_kinds_there_are",
                condition=~Q(licence_kinds=[])
                & Q(licence_kinds__contained_by=list(Licence.Kind.values)),
                violation_error_message=_("Name a kind of licence."),
            ),
            models.CheckConstraint(
                name="recheck_planned_before_start",
                condition=Q(starts_at__gte=F("planned_at")),
                violation_error_message=_("The start must not be in the past."),
            ),
            models.CheckConstraint(
                name="recheck_has_a_purpose",
                condition=~Q(purpose=""),
                violation_error_message=_("Say what the check is for."),
            ),
            models.CheckConstraint(
                name="recheck_commits_to_a_seed",
                condition=Q(commitment__regex=r"^[0-9a-f]{64}$") & ~Q(sealed_seed=""),
                violation_error_message=_("The seed is fixed when the check is planned."),
            ),
        ]
        indexes = [models.Index(fields=["authority", "-starts_at"], name="rechecks_of_authority")]

    def __str__(self) -> str:
        return f"{self.authority}: {self.what} {self.pk}"

    @property
    def day(self) -> date:
        return localdate(self.starts_at)

    def get_licence_kinds_display(self) -> str:
        words = dict(Licence.Kind.choices)
        return ", ".join(str(words[kind]) for kind in self.licence_kinds)


class RecheckCallOff(Fact):
    """A check was called off before its start. It stays in the list, with the reason."""

    recheck = models.OneToOneField(Recheck, on_delete=models.PROTECT, related_name="call_off")
    reason = models.CharField(max_length=500)
    called_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    called_off_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(
                name="call_off_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the check is called off."),
            )
        ]
        triggers = [
            *Fact.Meta.triggers,
            at_insert("called_off_before_start", CALLED_OFF_BEFORE),
        ]

    def __str__(self) -> str:
        return str(self.recheck)


class RecheckList(Fact):
    """The list of a check came about, once. ``known_at``: by what was on record then."""

    recheck = models.OneToOneField(Recheck, on_delete=models.PROTECT, related_name="drawn")
    seed = models.CharField(max_length=64)
    known_at = models.DateTimeField()
    population = models.PositiveIntegerField(help_text=_("Licences it was drawn from."))
    population_digest = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(
                name="recheck_knows_no_future",
                condition=Q(known_at__lte=F("drawn_at")),
                violation_error_message=_("Nobody knows what will be recorded later."),
            )
        ]
        triggers = [
            *Fact.Meta.triggers,
            at_insert("drawn_at_start", DRAWN_AT_START),
        ]

    def __str__(self) -> str:
        return str(self.recheck)


class DrawnDriver(Fact):
    """A driver whom the draw fell on, as the register described them. ``licence`` is empty where an
    undone import took it out of the register before the list came about."""

    drawn = models.ForeignKey(
        RecheckList, on_delete=models.PROTECT, related_name="drivers", db_index=False
    )
    place = models.PositiveSmallIntegerField()
    licence = models.ForeignKey(
        Licence, on_delete=models.PROTECT, null=True, blank=True, related_name="drawn"
    )
    number = models.CharField(max_length=40)
    full_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Licence.Kind.choices)

    class Meta(Fact.Meta):
        ordering = ["drawn", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["drawn", "place"],
                name="one_driver_in_each_place",
                violation_error_message=_("Somebody else has this place."),
            ),
            models.UniqueConstraint(
                fields=["drawn", "number"],
                name="driver_drawn_once",
                violation_error_message=_("This driver was drawn already."),
            ),
            models.CheckConstraint(
                name="drawn_places_from_one",
                condition=Q(place__gte=1),
                violation_error_message=_("Places are counted from 1."),
            ),
        ]
        triggers = [
            *Fact.Meta.triggers,
            at_insert("one_of_the_drawn", ONE_OF_THE_DRAWN),
        ]

    def __str__(self) -> str:
        return f"{self.drawn_id}: {self.place}"


class RecheckOutcome(Fact):
    """What came of the check of one driver. Once; a correction names the entry that it corrects. It
    says nothing of the licence itself (R44)."""

    class Outcome(models.TextChoices):
        IN_ORDER = "in_order", _("Seen, and in order")
        FOLLOW_UP = "follow_up", _("Seen, something to follow up")
        NOT_REACHED = "not_reached", _("Not reached")
        NOT_LICENSED = "not_licensed", _("No longer licensed")

    driver = models.ForeignKey(DrawnDriver, on_delete=models.PROTECT, related_name="outcomes")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = models.TextField(blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta(Fact.Meta):
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["driver"],
                condition=Q(corrects=None),
                name="one_first_outcome",
                violation_error_message=_("What came of it is on record already."),
            ),
            models.CheckConstraint(
                name="outcome_says_what_to_follow_up",
                condition=~Q(outcome="follow_up") | ~Q(note=""),
                violation_error_message=_("Say what there is to follow up."),
            ),
        ]
        triggers = [
            *Fact.Meta.triggers,
            at_insert("about_the_same_driver", ABOUT_THE_SAME_DRIVER),
        ]

    def __str__(self) -> str:
        return f"{self.driver_id}: {self.outcome}"
