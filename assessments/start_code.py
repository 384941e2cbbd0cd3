"""Start codes: made to be read aloud and typed; only a keyed hash of one is ever stored.

Eight characters of Crockford's base 32 (no I, L, O or U) in two groups of four.
"""

from collections.abc import Iterable

from django.utils.crypto import salted_hmac

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
GROUP = 4
LOOKALIKES = str.maketrans("OIL", "011")
SALT = "assessments.start_code"


def make(randoms: Iterable[int]) -> str:
    """The code that eight random numbers (or bytes) give; the low five bits of each count."""
    characters = [ALPHABET[number % len(ALPHABET)] for number in randoms]
    if len(characters) != LENGTH:
        raise ValueError(f"A start code is made from {LENGTH} random numbers.")
    return _grouped("".join(characters))


def normalise(text: str) -> str:
    """What somebody typed, written as codes are: look-alikes read, groups of four."""
    kept = "".join(character for character in text.upper() if character.isalnum())
    return _grouped(kept.translate(LOOKALIKES))


def digest(code: str, learner_id: int, course_id: int) -> str:
    """The hash under which the code of this person for this course is stored, however it is typed.

    It is keyed: who reads the table cannot find the code, nor use it for anybody else.
    """
    value = f"{learner_id}/{course_id}/{normalise(code)}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()


def _grouped(characters: str) -> str:
    return "-".join(characters[at : at + GROUP] for at in range(0, len(characters), GROUP))
