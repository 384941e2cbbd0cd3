"""Why something could not be written down, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.views import rules

# Whether they are in it is not said: that alone would tell something about them.
LIST_REFUSED = _(
    "You, or somebody you told us you know, may be in this list. Ask a colleague for it."
)
# Of every rule that a second officer approves before its first day.
RULE_REFUSALS: Mapping[str, str | Promise] = {
    **rules.REFUSALS,
    "day_passed": _("The first day of this rule has passed. Propose one that begins later."),
}
REFUSALS: Mapping[str, str | Promise] = {
    "not_allowed": _("Only a licensing officer of this council may do that."),
    "not_an_officer": _("Choose a licensing officer of the driver's council."),
    "owners_interest": _("This colleague cannot deal with the driver. Choose another one."),
    "wrong_day": _("Choose a day from today to a year from now."),
    "no_words": _("Say it in your own words."),
    "not_planned": _("Nothing is planned any more, or something else is. Nothing was changed."),
    "in_the_future": _("The time must not be in the future."),
    "earlier_holder": _("This is about somebody who had the number before. Nothing was changed."),
}
