"""The contact directory: every number a lesson shows stands here once."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel


@pghistory.track()
class Contact(models.Model):
    """Somebody to call or write to. Lessons point here: a wrong number is mended in one place."""

    key = models.SlugField(unique=True, help_text=_("A short name that lessons use."))
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    text_number = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    use_when = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=200, help_text=_("Where the details were taken from."))
    last_checked_on = models.DateField(
        null=True, blank=True, help_text=_("The day somebody last tried it. Empty: not yet.")
    )

    panels = [
        FieldPanel("key"),
        FieldPanel("name"),
        MultiFieldPanel(
            [FieldPanel("phone"), FieldPanel("text_number"), FieldPanel("email")], _("How to reach")
        ),
        FieldPanel("use_when"),
        FieldPanel("note"),
        MultiFieldPanel([FieldPanel("source"), FieldPanel("last_checked_on")], _("Proof")),
    ]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_link(self) -> str:
        return "tel:" + "".join(self.phone.split())
