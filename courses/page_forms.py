"""The forms in which content is written."""

from typing import Any

from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm

from people.models import User
from people.perms import possible_keepers

# What a person presses to have the page go on to others; a plain save may hold anything.
GOING_ON = ("action-submit", "action-publish", "action-restart-workflow")


class OffersTrainers:
    """Offers trainers as owners, so that nobody learns who else has an account; and the owner there
    is, who may have left: saving something else does not take the name away."""

    fields: dict[str, Any]
    instance: Any
    for_user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "keeper" in self.fields:
            present = User.objects.filter(pk=self.instance.keeper_id)
            self.fields["keeper"].queryset = possible_keepers(self.for_user) | present


class ReviewedPageForm(OffersTrainers, WagtailAdminPageForm):
    """Saves any draft, but lets nothing go to review that could not be published."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or not any(name in self.data for name in GOING_ON):
            return
        for fault in self.instance.publication_faults(on=timezone.localdate()):
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class KeptForm(OffersTrainers, WagtailAdminModelForm):
    """The form of content that has an owner and is no page."""
