"""The published columns of the register file. Pure."""

from typing import NamedTuple

COLUMNS = (
    "licence_number",
    "licence_kind",
    "full_name",
    "date_of_birth",
    "email",
    "mobile",
    "licence_start",
    "licence_expiry",
    "licence_state",
    "operator_reference",
    "language",
)
REQUIRED = ("licence_number", "licence_kind", "full_name", "date_of_birth", "licence_state")
KINDS = ("hackney_carriage", "private_hire", "dual")
STATES = ("applicant", "current", "suspended", "expired", "surrendered", "revoked")
# What the register itself calls them.
FIELDS = {
    "licence_number": "number",
    "licence_kind": "kind",
    "full_name": "full_name",
    "date_of_birth": "date_of_birth",
    "email": "email",
    "mobile": "mobile",
    "licence_start": "starts_on",
    "licence_expiry": "expires_on",
    "licence_state": "state",
    "operator_reference": "operator_reference",
    "language": "language",
}


class RowError(NamedTuple):
    """What is wrong, and where: rows are counted as a spreadsheet does, the header being 1."""

    row: int
    field: str
    message: str


class FileRefused(Exception):
    """The file as a whole says nothing that could be taken; each error says why."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__(*errors)
        self.errors = errors

    def __str__(self) -> str:
        return " ".join(error.message for error in self.errors)


def read_header(cells: list[str]) -> tuple[str, ...]:
    """The columns in the order of the file. Raises FileRefused, naming each that is not known."""
    columns = tuple(cell.strip().casefold() for cell in cells)
    while columns and not columns[-1]:
        columns = columns[:-1]
    known = ", ".join(COLUMNS)
    errors = []
    for position, column in enumerate(columns):
        if not column:
            message = f"Column {position + 1} has no name."
            errors.append(RowError(1, "", message))
        elif column not in FIELDS:
            message = f"There is no column “{column[:60]}”. Known columns: {known}."
            errors.append(RowError(1, column[:60], message))
        elif column in columns[:position]:
            errors.append(RowError(1, column, f"The column “{column}” is there twice."))
    errors += [
        RowError(1, column, f"The column “{column}” is missing.")
        for column in REQUIRED
        if column not in columns
    ]
    if errors:
        raise FileRefused(*errors)
    return columns
