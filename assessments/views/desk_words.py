"""Help and refusals as staff read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.models import Adjustment

REFUSALS: dict[str, str | Promise] = {
    "own_record": gettext_lazy("You cannot do this for yourself. Ask a colleague."),
    "interest": gettext_lazy("You have said that you know this person. A colleague has to do it."),
    "no_reason": gettext_lazy("Say why."),
    "decided_already": gettext_lazy("Somebody has decided this already. Nothing has changed."),
    "nothing_granted": gettext_lazy("Choose at least one kind of help."),
    "request_waiting": gettext_lazy("This person has asked for help. Answer that request first."),
    "not_granted": gettext_lazy("This help was never given, so it cannot end."),
    "identity_not_checked": gettext_lazy("Check who the person is, and say how."),
    "no_code_needed": gettext_lazy("This test starts without a code."),
    "sitting_open": gettext_lazy("This person has a test open already."),
    "not_held": gettext_lazy("This test is taken on a screen."),
    "sitting_closed": gettext_lazy("This test is closed. Nothing has changed."),
    "entered_by_another": gettext_lazy(
        "A colleague has entered the answers. You can confirm them."
    ),
    "nothing_entered": gettext_lazy("Nobody has entered the answers yet."),
    "own_entry": gettext_lazy("You entered these answers. Somebody else has to confirm them."),
    "answers_changed": gettext_lazy("The answers were changed just now. Read them again."),
    "no_time_limit": gettext_lazy("This test has no time limit."),
    "not_a_span": gettext_lazy("It must be over after it began."),
    "not_over_yet": gettext_lazy("Wait until it is over. Then record it."),
    "round_over": gettext_lazy("This person has finished the course. Nothing has changed."),
    "tries_left": gettext_lazy("This person has tries left."),
    "own_proposal": gettext_lazy("You proposed this. Another officer has to confirm it."),
    "replaced": gettext_lazy("There is a newer proposal. Read that one."),
}


def refusal_in_words(code: str) -> str:
    return str(REFUSALS[code])


def help_in_words(adjustment: Adjustment) -> list[str]:
    """What is asked for or given, one kind in each line; never why."""
    words = []
    if adjustment.no_limit:
        words.append(_("no time limit"))
    if adjustment.extra_time:
        words.append(adjustment.get_extra_time_display())
    if adjustment.break_minutes:
        minutes = adjustment.break_minutes
        pause = ngettext("%(n)s minute for breaks", "%(n)s minutes for breaks", minutes)
        words.append(pause % {"n": minutes})
    return [*words, *(str(Adjustment.Help(value).label) for value in adjustment.helps)]
