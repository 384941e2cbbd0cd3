"""The words of an answer, in the language of whoever asks; they are kept as they were shown."""

from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, gettext_lazy

from licensing.checking import Told
from licensing.eligibility import Status, Training
from licensing.models import CheckReceipt

HEADINGS: dict[Training, str | Promise] = {
    Training.MET: gettext_lazy("Training requirement met"),
    Training.NOT_MET: gettext_lazy("Training requirement not met"),
}
STATUSES: dict[Status, str | Promise] = {
    Status.VALID: gettext_lazy("Valid"),
    Status.EXPIRING: gettext_lazy("Valid, and due to be renewed"),
    Status.IN_GRACE: gettext_lazy("The council gives extra time"),
    Status.EXPIRED: gettext_lazy("Ended"),
    Status.REVOKED: gettext_lazy("Revoked"),
    Status.NEVER_PASSED: gettext_lazy("Not passed"),
    Status.NOT_REQUIRED: gettext_lazy("Not needed for this licence"),
}
DAYS: dict[Status, str | Promise] = {
    Status.EXPIRED: gettext_lazy("Ended on"),
    Status.REVOKED: gettext_lazy("Revoked on"),
}
UNTIL = gettext_lazy("Until the end of")


def words_of(receipt: CheckReceipt, told: Told | None) -> dict[str, Any]:
    """Everything that the receipt says; ``told`` is None where the number was not found."""
    council, day = receipt.authority.name, date_format(receipt.as_at)
    facts = [
        (gettext("Council"), council),
        (gettext("Badge or licence number"), receipt.number),
        (gettext("Day asked about"), day),
        *_answer(told),
        (gettext("Purpose"), _purpose(receipt)),
        (gettext("Checked for"), receipt.organisation.name),
        (gettext("Checked by"), receipt.by.get_full_name() or receipt.by.email),
        (gettext("Checked at"), date_format(localtime(receipt.at), "DATETIME_FORMAT")),
        (gettext("Receipt number"), receipt.reference),
    ]
    return {
        "language": get_language(),
        "heading": str(HEADINGS[told.training]) if told else gettext("Number not found"),
        "lines": [[label, words] for label, words in facts],
        "notices": [*_not_found(told, council), *_notices(receipt)],
    }


def status_words(told: Told) -> str:
    return str(STATUSES[told.status])


def _answer(told: Told | None) -> list[tuple[str, str]]:
    if told is None:
        return [(gettext("Answer"), gettext("Number not found"))]
    answer = [
        (gettext("Answer"), str(HEADINGS[told.training])),
        (gettext("State of the training"), status_words(told)),
    ]
    if told.day:
        answer.append((str(DAYS.get(told.status, UNTIL)), date_format(told.day)))
    return answer


def _purpose(receipt: CheckReceipt) -> str:
    purpose = str(receipt.get_purpose_display())
    return f"{purpose}: {receipt.purpose_words}" if receipt.purpose_words else purpose


def _not_found(told: Told | None, council: str) -> list[str]:
    if told is not None:
        return []
    text = gettext(
        "We found no training for this number at %(council)s on that day. Check the number on the"
        " badge, and the day. If both are right, ask the council before you rely on it."
    )
    return [text % {"council": council}]


def _notices(receipt: CheckReceipt) -> list[str]:
    authority = receipt.authority
    ways = " · ".join(filter(None, (authority.licensing_phone, authority.licensing_email)))
    contact = gettext("Questions? Ask the licensing team of %(council)s") % {
        "council": authority.name
    }
    return [
        gettext("Training status only. This is not a licensing decision."),
        f"{contact}: {ways}" if ways else f"{contact}.",
    ]
