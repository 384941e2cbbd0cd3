"""What an authority may word itself: its certificates from now on, and its reminders."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models import Message
from people.models import Authority


@pghistory.track()
class CertificateWording(models.Model):
    """The logo and words on an authority's certificates. Issued ones keep what they were issued
    with; "this is not a licence" is always printed and cannot be worded away (R33, I13)."""

    authority = models.OneToOneField(
        Authority, on_delete=models.PROTECT, related_name="certificate_wording"
    )
    logo = models.ForeignKey(
        "wagtailimages.Image", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    logo_text = models.CharField(
        max_length=120,
        blank=True,
        help_text=_("What the logo shows, for people who cannot see it."),
    )
    opening = models.CharField(
        max_length=200, blank=True, help_text=_("Empty: This is to certify that")
    )
    closing = models.CharField(
        max_length=300,
        blank=True,
        help_text=_("One or two sentences below the facts, such as whom to ask."),
    )
    signed_by = models.CharField(
        max_length=120, blank=True, help_text=_("A post rather than a name: Head of Licensing.")
    )

    class Meta:
        verbose_name = _("certificate wording")
        verbose_name_plural = _("certificate wordings")
        constraints = [
            models.CheckConstraint(
                name="wording_logo_with_text",
                condition=Q(logo=None) | ~Q(logo_text=""),
                violation_error_message=_("Say what the logo shows."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.authority)


@pghistory.track()
class ReminderText(models.Model):
    """An authority's own words for a reminder, in one language and for one channel. Where it has
    none, the words of this service are used."""

    class When(models.TextChoices):
        BEFORE = "before", _("before the certificate ends")
        AFTER = "after", _("after it has ended")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    channel = models.CharField(max_length=10, choices=Message.Channel.choices)
    when = models.CharField(max_length=10, choices=When.choices)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=2000)

    class Meta:
        verbose_name = _("reminder text")
        verbose_name_plural = _("reminder texts")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "language", "channel", "when"],
                name="one_text_for_each_reminder",
                violation_error_message=_("There is a text for this already: change that one."),
            ),
            models.CheckConstraint(
                name="reminder_text_with_subject",
                condition=Q(channel="sms", subject="") | (~Q(channel="sms") & ~Q(subject="")),
                violation_error_message=_(
                    "An e-mail and a letter have a subject, a text message has none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority}: {self.get_when_display()}"
