"""What changes the register, and what reads it as a whole."""

from people.register.deciding import DecisionRefused, decide_doubt, given_facts
from people.register.exporting import export_register
from people.register.importing import Doubtful, ImportReport, import_register
from people.register.licences import Outcome, Upserted, upsert_licence
from people.register.reconciling import Difference, Reconciliation, all_differences, reconcile
from people.register.undoing import UndoRefused, WhyNot, undo_import, why_not

__all__ = [
    "DecisionRefused",
    "Difference",
    "Doubtful",
    "ImportReport",
    "Outcome",
    "Reconciliation",
    "UndoRefused",
    "Upserted",
    "WhyNot",
    "all_differences",
    "decide_doubt",
    "export_register",
    "given_facts",
    "import_register",
    "reconcile",
    "undo_import",
    "upsert_licence",
    "why_not",
]
