"""What stands in an address or a hidden field, and may be anything."""

LONGEST = len(str(2**63)) - 1  # Digits of a number that the database surely takes.


def key_in(text: str | None) -> int | None:
    """The key, or other whole number, that it is; None where it can be none."""
    text = text or ""
    fits = text.isascii() and text.isdecimal() and len(text) <= LONGEST
    return int(text) if fits else None
