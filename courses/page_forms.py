"""The form in which pages are written."""

from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm

# What a person presses to have the page go on to others; a plain save may hold anything.
GOING_ON = ("action-submit", "action-publish", "action-restart-workflow")


class ReviewedPageForm(WagtailAdminPageForm):
    """Saves any draft, but lets nothing go to review that could not be published."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or not any(name in self.data for name in GOING_ON):
            return
        for fault in self.instance.publication_faults(on=timezone.localdate()):
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)
