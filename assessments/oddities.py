"""What looks odd about a sitting (R26). Pure: plain values in, figures for a person out, or None.

Each rule would rather miss something than point at somebody without reason, and none of them
decides anything: there is an innocent story behind every one of these.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median

Evidence = Mapping[str, int | float | str]

# -- Too fast -------------------------------------------------------------------------------------
# Fewer answers are over soon without any haste.
FEWEST_ANSWERS = 5
# To find the next button takes about a second, to read a scene and four options ten or more.
SECONDS_FOR_A_QUESTION = 3.0
# Adults read about 240 words of English a minute in silence. Somebody who took the test before may
# skim; three times as fast is no reading at all.
WORDS_A_MINUTE = 240
TIMES_AS_FAST = 3

# -- One device -----------------------------------------------------------------------------------
# A family or a cab office may share a phone; five people on one within a day are a group.
MANY_PEOPLE = 5
DEVICE_WINDOW = timedelta(hours=24)

# -- The same mistakes ----------------------------------------------------------------------------
SAME_MISTAKES = 3
SHARE_OF_MISTAKES = 0.75
MISTAKES_WINDOW = timedelta(days=7)

# -- Two places -----------------------------------------------------------------------------------
# Nobody goes from one place to another and back in a minute.
BACK_AND_FORTH = timedelta(seconds=60)


@dataclass(frozen=True)
class Placed:
    """An answer, and where it came from: keyed hashes that say only whether two are the same."""

    at: datetime
    device: str
    network: str


def too_fast(*, seconds: Sequence[float], whole: float, words: int) -> Evidence | None:
    """``seconds``: what each answered question took until its first answer; ``whole``: from the
    start to the last answer; ``words``: how many the answered questions have, options included.

    Odd when half of the questions took less than a moment, or the whole far less than reading.
    """
    if len(seconds) < FEWEST_ANSWERS:
        return None
    middle = median(seconds)
    reading = words / (WORDS_A_MINUTE * TIMES_AS_FAST) * 60
    if middle >= SECONDS_FOR_A_QUESTION and whole >= reading:
        return None
    return {
        "answers": len(seconds),
        "middle_seconds": round(middle, 1),
        "seconds": round(whole),
        "words": words,
    }


def shared_device(*, people: int, checked: bool) -> Evidence | None:
    """``people``: how many different ones sat a test on the device within a day, nobody watching.

    ``checked``: somebody saw who this person was. On a council's laptop or in a class many people
    on one device are the rule, so there it means nothing.
    """
    if checked or people < MANY_PEOPLE:
        return None
    return {"people": people}


def shared_mistakes(*, both_wrong: int, same: int) -> Evidence | None:
    """Of the questions that two people both got wrong, how often they chose the same wrong option.

    With three wrong options to choose from, two people who do not know the answer meet in one case
    of three: in all of three questions in 1 of 27 cases, in four of five or more in 11 of 243. Both
    are below one in twenty, and to get as many of the same questions wrong is rare by itself. With
    fewer in common, or where they often chose differently, chance explains it well.
    """
    if same < SAME_MISTAKES or same < SHARE_OF_MISTAKES * both_wrong:
        return None
    return {"same": same, "both_wrong": both_wrong}


def two_places(answers: Iterable[Placed]) -> Evidence | None:
    """``answers``: those of one person, whatever test they are in, in the order in which they came.

    Odd when they come from one place, from another and from the first again within a minute; both
    the device and the network have to differ. Somebody who takes up another device goes over once,
    and a phone that leaves the wireless network stays the same device.
    """
    stays = _stays(answer for answer in answers if answer.device and answer.network)
    times = [
        (back[0].at - left[-1].at).total_seconds()
        for left, between, back in zip(stays, stays[1:], stays[2:], strict=False)
        if _apart(left[0], between[0])
        and _place(left[0]) == _place(back[0])
        and back[0].at - left[-1].at <= BACK_AND_FORTH
    ]
    return {"times": len(times), "seconds": round(min(times))} if times else None


def _stays(answers: Iterable[Placed]) -> list[list[Placed]]:
    """The answers in a row from the same place, together."""
    return [list(stay) for _, stay in groupby(answers, key=_place)]


def _place(answer: Placed) -> tuple[str, str]:
    return answer.device, answer.network


def _apart(one: Placed, other: Placed) -> bool:
    return one.device != other.device and one.network != other.network
