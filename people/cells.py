"""Texts in the cells of a table that a spreadsheet program opens. Pure."""

# What makes such a program take a text for a formula; some read the wide forms alike.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
APOSTROPHE = "'"


def harmless(text: str) -> str:
    """The text, behind one more apostrophe where the program would run it without."""
    return f"{APOSTROPHE}{text}" if _runs(text) else text


def as_meant(cell: str) -> str:
    """The text that ``harmless`` made this cell of; any other cell means what it says."""
    return cell[1:] if cell.startswith(APOSTROPHE) and _runs(cell) else cell


def _runs(text: str) -> bool:
    """Apostrophes are looked through, so that one that was there is told from one put there."""
    return text.lstrip(APOSTROPHE).startswith(FORMULA_STARTS)
