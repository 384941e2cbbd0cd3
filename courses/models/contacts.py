"""The contact directory: every number a lesson shows stands here once."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from courses.models.upkeep import Upkeep, UpkeepQuerySet


@pghistory.track()
class Contact(Upkeep):
    """Somebody to call or write to. Lessons point here: a wrong number is mended in one place."""

    key = models.SlugField(unique=True, help_text=_("A short name that lessons use."))
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    text_number = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    use_when = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=200, help_text=_("Where the details were taken from."))
    support = models.BooleanField(
        _("support for the reader"),
        default=False,
        db_default=False,
        help_text=_("Shown on every screen of a lesson that may be hard to read."),
    )

    objects = UpkeepQuerySet.as_manager()

    panels = [
        FieldPanel("key"),
        FieldPanel("name"),
        MultiFieldPanel(
            [FieldPanel("phone"), FieldPanel("text_number"), FieldPanel("email")], _("How to reach")
        ),
        FieldPanel("use_when"),
        FieldPanel("note"),
        FieldPanel("support"),
        FieldPanel("source"),
        Upkeep.upkeep_panel,
    ]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_link(self) -> str:
        return "tel:" + "".join(self.phone.split())
