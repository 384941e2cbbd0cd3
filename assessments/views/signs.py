"""What a signal says, in words for the person who looks at it: figures, and an innocent story."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Signal

Kind = Signal.Kind
MINUTE = 60  # Seconds.
INNOCENT: dict[Kind, str | Promise] = {
    Kind.TOO_FAST: gettext_lazy(
        "They may know the subject well, or may have met these questions before."
    ),
    Kind.SHARED_DEVICE: gettext_lazy(
        "A family or a cab office may share a phone. Somebody may have helped others to sign in."
    ),
    Kind.SHARED_MISTAKES: gettext_lazy(
        "They may have learnt the same thing wrong, or the question may lead people to that answer."
    ),
    Kind.TWO_PLACES: gettext_lazy("They may use two phones, or a phone that hides where it is."),
}


def evidence_in_words(signal: Signal) -> str:
    """Figures alone: no question and no answer."""
    return WORDS[Kind(signal.kind)](signal.evidence)


def _too_fast(evidence: Mapping[str, Any]) -> str:
    return _(
        "%(answers)s questions answered in %(time)s, half of them in %(middle)s seconds or less. "
        "There were about %(words)s words to read."
    ) % {
        "answers": evidence["answers"],
        "time": "{}:{:02}".format(*divmod(evidence["seconds"], MINUTE)),
        "middle": evidence["middle_seconds"],
        "words": evidence["words"],
    }


def _shared_device(evidence: Mapping[str, Any]) -> str:
    return _(
        "%(people)s people used this device for a test within a day of each other. Nobody checked "
        "who they were."
    ) % {"people": evidence["people"]}


def _shared_mistakes(evidence: Mapping[str, Any]) -> str:
    return _(
        "This person and one other both got %(both_wrong)s questions wrong. In %(same)s of them "
        "they chose the same answer."
    ) % {"both_wrong": evidence["both_wrong"], "same": evidence["same"]}


def _two_places(evidence: Mapping[str, Any]) -> str:
    return _(
        "Answers came from one place, from another, and from the first again within "
        "%(seconds)s seconds. This happened %(times)s times."
    ) % {"seconds": evidence["seconds"], "times": evidence["times"]}


WORDS: dict[Kind, Callable[[Mapping[str, Any]], str]] = {
    Kind.TOO_FAST: _too_fast,
    Kind.SHARED_DEVICE: _shared_device,
    Kind.SHARED_MISTAKES: _shared_mistakes,
    Kind.TWO_PLACES: _two_places,
}
