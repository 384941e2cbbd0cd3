"""The change feed: what licensing systems are told, in one order for each authority."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, CertificateEvent
from courses.models.facts import Fact
from people.models import Authority, Licence

# In the transaction that writes the event: what commits is waiting, and nothing else is.
WAIT = """
INSERT INTO licensing_waitingevent (certificate_event_id, authority_id)
SELECT n.id, c.authority_id
FROM written n JOIN certificates_certificate c ON c.id = n.certificate_id
WHERE c.authority_id IS NOT NULL;
INSERT INTO licensing_waitingelsewhere (certificate_event_id, authority_id)
SELECT DISTINCT n.id, l.authority_id
FROM written n JOIN certificates_certificate c ON c.id = n.certificate_id
JOIN people_licence l ON l.holder_id = c.learner_id AND l.authority_id <> c.authority_id;
RETURN NULL;
"""


class FedCertificateEvent(CertificateEvent):
    """The events of certificates as this room sees them: whatever writes one queues it here."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="event_waits_for_feed",
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=WAIT,
            ),
        ]


class WaitingEvent(models.Model):
    """An event of a certificate that has no place in the feed yet. The row goes when it has."""

    certificate_event = models.OneToOneField(
        CertificateEvent, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["authority", "certificate_event"], name="events_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.certificate_event_id)


class WaitingElsewhere(models.Model):
    """The same for an authority where the holder has a licence too. Whether the certificate counts
    there is asked when its feed takes the row; one that does not leaves nothing behind."""

    certificate_event = models.ForeignKey(
        CertificateEvent, on_delete=models.PROTECT, related_name="+"
    )
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "certificate_event"],
                name="waits_once_at_each_authority",
                violation_error_message=_("The event waits there already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.certificate_event_id)


class FedLicence(Licence):
    """Licences as this room sees them: whatever links one to somebody else queues it here."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="linked_licence_waits_for_feed",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.holder_id IS DISTINCT FROM NEW.holder_id"),
                func="""
                    INSERT INTO licensing_waitinglicence (licence_id, authority_id)
                    VALUES (NEW.id, NEW.authority_id);
                    RETURN NULL;
                """,
            ),
        ]


class WaitingLicence(models.Model):
    """A licence whose training may be another since the feed looked last, and not because of a
    certificate. The row goes when it was looked at; there may be several of one licence."""

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="+", db_index=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.licence_id)


class FeedHead(models.Model):
    """How far the feed of one authority has come; whoever adds to it holds this row."""

    authority = models.OneToOneField(
        Authority, on_delete=models.PROTECT, primary_key=True, related_name="feed"
    )
    position = models.BigIntegerField(default=0)
    swept_on = models.DateField(
        null=True,
        blank=True,
        help_text=_("The London day up to which training was looked through."),
    )

    def __str__(self) -> str:
        return f"{self.authority}: {self.position}"


class FeedEvent(Fact):
    """One entry. ``position`` counts from one, without gaps, in the order of commits.

    ``public_id`` follows from what the entry tells, so that the same fact has the same id also
    after a backup was restored.

    ``valid_until`` and ``renew_from`` are set where the certificate is another authority's that
    this one accepts: the term that it has here. One event of such a certificate may be told again,
    with another term.
    """

    class Type(models.TextChoices):
        ISSUED = "certificate.issued", _("certificate issued")
        REVOKED = "certificate.revoked", _("certificate revoked")
        REINSTATED = "certificate.reinstated", _("certificate reinstated")
        EXPIRING = "training.expiring", _("training can be renewed")
        EXPIRED = "training.expired", _("training expired")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="feed_events")
    position = models.BigIntegerField()
    public_id = models.UUIDField(unique=True)
    type = models.CharField(max_length=30, choices=Type.choices)
    recorded_at = models.DateTimeField()
    effective_on = models.DateField()
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="feed_events"
    )
    certificate_event = models.ForeignKey(
        CertificateEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_until = models.DateField(null=True, blank=True)
    renew_from = models.DateField(null=True, blank=True)
    licence = models.ForeignKey(
        Licence, on_delete=models.PROTECT, null=True, blank=True, related_name="feed_events"
    )
    requirement = models.CharField(max_length=40, blank=True)
    licence_numbers = ArrayField(models.CharField(max_length=40))

    class Meta(Fact.Meta):
        ordering = ["authority", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "position"],
                name="one_event_at_each_position",
                violation_error_message=_("The place in the feed is taken."),
            ),
            models.UniqueConstraint(
                fields=["certificate", "licence", "requirement", "type"],
                condition=Q(licence__isnull=False),
                name="training_changes_once",
                violation_error_message=_("This was told already."),
            ),
            models.UniqueConstraint(
                fields=["certificate_event"],
                condition=Q(valid_until=None),
                name="certificate_event_told_once",
                violation_error_message=_("This was told already."),
            ),
            models.CheckConstraint(
                name="feed_event_term_whole",
                condition=Q(valid_until=None, renew_from=None)
                | Q(valid_until__isnull=False, renew_from__isnull=False),
                violation_error_message=_("Give both days of the term, or neither."),
            ),
            models.CheckConstraint(
                name="feed_event_of_one_origin",
                condition=Q(type__startswith="certificate.", licence=None, requirement="")
                & Q(certificate_event__isnull=False)
                | Q(type__startswith="training.", certificate_event=None, licence__isnull=False),
                violation_error_message=_("It tells of a certificate, or of a licence."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "certificate", "-position"],
                name="told_of_accepted",
                condition=Q(valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority}: {self.position} {self.type}"
