"""A small client of the training status API of councils, without dependencies.

    from training_status import Client

    api = Client("https://training.example", "demo-licensing", "the-secret")
    if api.training_status("PH-1002")["training"] == "met":
        ...

Everything comes back as the API writes it; see the types in ``training_status.answers``.
"""

from training_status.client import Client, Problem
from training_status.records import Records
from training_status.signatures import InvalidSignature, verify

__all__ = ["Client", "InvalidSignature", "Problem", "Records", "verify"]
