"""Whatever leaves the system is a row first: the ledger that proves a notice was sent."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

KEEP_DAYS = 7 * 365  # What a notice says is kept as long as councils keep a licence's papers.
# Text, address and subject change once, to nothing: a secret text when it is sent, and everything
# when its time is over.
TEXT_CHANGED = """
(ROW(OLD."to", OLD.subject, OLD.body, OLD.html_body)
    IS DISTINCT FROM ROW(NEW."to", NEW.subject, NEW.body, NEW.html_body)
AND NOT (OLD.secret AND NEW.sent_at IS NOT NULL AND NEW.body = '' AND NEW.html_body = ''
    AND NEW."to" = OLD."to" AND NEW.subject = OLD.subject)
AND NOT (NEW.emptied_at IS NOT NULL
    AND NEW."to" = '' AND NEW.subject = '' AND NEW.body = '' AND NEW.html_body = ''))
"""


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, *, now: datetime) -> Self:
        """Not sent, not given up, not waiting for a later moment and in no relay's hands."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.filter(free, sent_at=None, failed_at=None, not_before__lte=now)

    def dead(self) -> Self:
        """Given up, for staff to look at. What was withdrawn must not go and is none of these."""
        withdrawn = MessageEvent.objects.filter(
            message=models.OuterRef("pk"), kind=MessageEvent.Kind.WITHDRAWN
        )
        given_up = self.filter(failed_at__isnull=False, emptied_at=None)
        return given_up.filter(~models.Exists(withdrawn))


class Message(models.Model):
    """One notice to one person. Its text is fixed; only the marks of delivery are added.

    ``key`` says what the notice is about ("reminder:<certificate>:30") and is unique: queuing the
    same notice again finds the first row. ``secret`` texts (sign-in links) are blanked once sent.
    ``to`` is an e-mail address, a mobile number (E.164) or, for a letter, a licence number.

    A relay takes a message under ``claim`` until ``claimed_until``. It notes ``attempted_at``
    before it speaks to the provider and clears it once the answer is known: a message that still
    has it after its claim has run out may or may not have been accepted, and the provider is asked
    by our reference before any second try (I27).
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        LETTER = "letter", _("Letter")

    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    html_body = models.TextField(blank=True)
    secret = models.BooleanField(default=False)
    destination = models.CharField(
        max_length=255,
        db_default="",
        help_text=_("What the limits count by: a mail domain, or the channel."),
    )
    instead_of = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sent_instead",
        help_text=_("The message that could not be delivered, which this one stands in for."),
    )
    keep_days = models.PositiveIntegerField(
        db_default=KEEP_DAYS, help_text=_("After so many days address and text are emptied.")
    )
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    provider_reference = models.CharField(
        max_length=100, db_default="", help_text=_("The provider's own number for it.")
    )
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the provider accepted it.")
    )
    failed_at = models.DateTimeField(null=True, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_sent_or_failed_not_both",
                condition=Q(sent_at=None) | Q(failed_at=None),
                violation_error_message=_("A message is either sent or given up, never both."),
            ),
            models.CheckConstraint(
                name="message_claimed_with_until",
                condition=Q(claim=None, claimed_until=None)
                | Q(claim__isnull=False, claimed_until__isnull=False),
                violation_error_message=_("A claim has its end."),
            ),
            models.CheckConstraint(
                name="message_over_before_emptied",
                condition=Q(emptied_at=None)
                | Q(sent_at__isnull=False)
                | Q(failed_at__isnull=False),
                violation_error_message=_("Only what is sent or given up is emptied."),
            ),
        ]
        indexes = [
            models.Index(fields=["destination", "sent_at"], name="messages_to_destination"),
            models.Index(
                fields=["failed_at"],
                name="messages_given_up",
                condition=Q(failed_at__isnull=False),
            ),
            models.Index(
                fields=["keep_days", "created_at"],
                name="messages_to_empty",
                condition=Q(emptied_at=None),
            ),
            models.Index(
                fields=["destination", "not_before", "id"],
                name="messages_waiting",
                condition=Q(sent_at=None, failed_at=None) & ~Q(channel="letter"),
            ),
            models.Index(fields=["destination"], name="messages_in_hand", condition=~Q(claim=None)),
            models.Index(
                fields=["sent_at"],
                name="messages_with_receipt",
                condition=~Q(provider_reference=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="message_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="message_fixed",
                fields=["key", "channel", "secret", "created_at", "instead_of", "keep_days"],
            ),
            pgtrigger.Trigger(
                name="message_text_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(TEXT_CHANGED),
                func="RAISE EXCEPTION 'the text of a message is fixed once queued';",
            ),
            pgtrigger.Protect(
                name="message_sent_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__sent_at__isnull=False)
                & ~pgtrigger.Q(old__emptied_at__isnull=True, new__emptied_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class MessageEvent(models.Model):
    """What happened to a message, written once: the proof that a notice was sent, or why not."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("accepted by the provider")
        REFUSED = "refused", _("refused for now; it will be tried again")
        UNKNOWN = "unknown", _("the provider's answer was lost")
        GIVEN_UP = "given_up", _("given up")
        WITHDRAWN = "withdrawn", _("withdrawn before it was sent")
        DELIVERED = "delivered", _("delivered")
        BOUNCED = "bounced", _("could not be delivered")
        RETRIED = "retried", _("put back into the queue by staff")
        EMPTIED = "emptied", _("address and text emptied by the retention rule")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(kind="accepted"),
                name="message_accepted_once",
                violation_error_message=_("A message is accepted once."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["at"],
                name="tries_that_failed",
                condition=Q(kind__in=["refused", "unknown", "given_up"]),
            ),
            models.Index(
                fields=["at"],
                name="messages_undelivered",
                condition=Q(kind__in=["bounced", "given_up"]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="message_event_kept", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message}: {self.kind}"
