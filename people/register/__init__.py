"""What changes the register, and what reads it as a whole."""

from people.register.licences import Outcome, Upserted, upsert_licence

__all__ = ["Outcome", "Upserted", "upsert_licence"]
