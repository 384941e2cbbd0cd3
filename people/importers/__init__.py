"""The register file: published columns, what a row may say, and how a file is read. Pure."""

from people.importers.columns import COLUMNS, FIELDS, FileRefused, RowError
from people.importers.facts import FactsRefused, LicenceFacts, read_facts
from people.importers.reading import Block, Line, Reading, has_much_in_it, read_register

__all__ = [
    "COLUMNS",
    "FIELDS",
    "Block",
    "FactsRefused",
    "FileRefused",
    "LicenceFacts",
    "Line",
    "Reading",
    "RowError",
    "has_much_in_it",
    "read_facts",
    "read_register",
]
