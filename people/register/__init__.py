"""What changes the register, and what reads it as a whole."""

from people.register.deciding import DecisionRefused, decide_doubt, given_facts
from people.register.exporting import Echo, export_register
from people.register.handing_over import HandedOver, hand_over_licences
from people.register.importing import Doubtful, ImportReport, import_register
from people.register.licences import Outcome, Upserted, upsert_licence
from people.register.reconciling import Difference, Reconciliation, all_differences, reconcile
from people.register.undoing import UndoRefused, WhyNot, undo_import, why_not
from people.register.uploading import (
    confirm_upload,
    differences,
    forget_uploaded_files,
    has_errors,
    is_small,
    receive_upload,
    uploads_to_do,
    work_on_upload,
)

__all__ = [
    "DecisionRefused",
    "Difference",
    "Doubtful",
    "Echo",
    "HandedOver",
    "ImportReport",
    "Outcome",
    "Reconciliation",
    "UndoRefused",
    "Upserted",
    "WhyNot",
    "all_differences",
    "confirm_upload",
    "decide_doubt",
    "differences",
    "export_register",
    "forget_uploaded_files",
    "given_facts",
    "hand_over_licences",
    "has_errors",
    "import_register",
    "is_small",
    "receive_upload",
    "reconcile",
    "undo_import",
    "uploads_to_do",
    "upsert_licence",
    "why_not",
    "work_on_upload",
]
