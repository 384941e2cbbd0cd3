"""Certificate references: made to be read aloud and typed. Pure.

Twelve characters of Crockford's base 32 (no I, L, O or U) in three groups of four. Eleven are
random; the last makes the whole a codeword over GF(32): the sum of each value times its power of
alpha is nought. The twelve powers differ, so any one wrong character and any two that changed
places are always noticed.
"""

from collections.abc import Iterable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LENGTH = 12
RANDOM_LENGTH = LENGTH - 1
GROUP = 4
LOOKALIKES = str.maketrans("OIL", "011")
REDUCTION = 0b100101  # x^5 + x^2 + 1, under which alpha = x has all 31 powers.


def make(randoms: Iterable[int]) -> str:
    """The reference that eleven random numbers (or bytes) give; the low five bits of each count."""
    values = [number % len(ALPHABET) for number in randoms]
    if len(values) != RANDOM_LENGTH:
        raise ValueError(f"A reference is made from {RANDOM_LENGTH} random numbers.")
    values.append(_times_alpha(_weighted_sum(values)))
    return _grouped("".join(ALPHABET[value] for value in values))


def normalise(text: str) -> str:
    """What somebody typed, written as references are: look-alikes read, groups of four."""
    kept = "".join(character for character in text.upper() if character.isalnum())
    return _grouped(kept.translate(LOOKALIKES))


def is_wellformed(text: str) -> bool:
    """Whether ``text`` is written as references are and its check character fits."""
    characters = text.replace("-", "")
    if len(characters) != LENGTH or text != _grouped(characters):
        return False
    if not all(character in VALUES for character in characters):
        return False
    return _weighted_sum(VALUES[character] for character in characters) == 0


def _grouped(characters: str) -> str:
    return "-".join(characters[at : at + GROUP] for at in range(0, len(characters), GROUP))


def _weighted_sum(values: Iterable[int]) -> int:
    """The values weighted with falling powers of alpha, the last one with one (Horner's scheme)."""
    total = 0
    for value in values:
        total = _times_alpha(total) ^ value
    return total


def _times_alpha(value: int) -> int:
    doubled = value << 1
    return doubled ^ REDUCTION if doubled >= len(ALPHABET) else doubled
