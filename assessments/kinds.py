"""What the options of each kind of question have to be, so that it can be marked. Pure."""

from collections.abc import Iterable
from enum import StrEnum

FEWEST = 2
MOST = {"single": 6, "multiple": 8, "true_false": 2}


class OptionFault(StrEnum):
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    NOT_ONE_RIGHT = "not_one_right"
    NOT_RIGHT_AND_WRONG = "not_right_and_wrong"
    SAME_TEXT = "same_text"


def option_faults(kind: str, options: Iterable[tuple[str, bool]]) -> tuple[OptionFault, ...]:
    """Every fault of the options, each a text and whether it is right; none means the question can
    be marked. Texts that differ in case or spaces alone are the same to a reader."""
    options = list(options)
    texts = [" ".join(text.casefold().split()) for text, _right in options]
    rights = sum(right for _text, right in options)
    found = {
        OptionFault.TOO_FEW: len(options) < FEWEST,
        OptionFault.TOO_MANY: len(options) > MOST[kind],
        OptionFault.NOT_ONE_RIGHT: kind != "multiple" and rights != 1,
        OptionFault.NOT_RIGHT_AND_WRONG: kind == "multiple" and not 0 < rights < len(options),
        OptionFault.SAME_TEXT: len(set(texts)) < len(texts),
    }
    return tuple(fault for fault, is_so in found.items() if is_so)
