"""What an action refuses. ``code`` is stable and is what callers decide by. Pure."""


class Refused(Exception):
    """The step is not possible, and nothing was changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RuleRefused(Refused):
    """Of dated rules. ``code``: ``not_allowed``, ``own_proposal``, ``approved_already``; each kind
    of rule may have others of its own."""
