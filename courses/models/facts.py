"""What is written once."""

import pgtrigger
from django.db import models


def at_insert(name: str, func: str) -> pgtrigger.Trigger:
    """The database looks at a new row before it takes it; ``func`` is PL/pgSQL."""
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.Before, operation=pgtrigger.Insert, func=func
    )


class Fact(models.Model):
    """A row that is written once and never changed or deleted; the database refuses both."""

    class Meta:
        abstract = True
        triggers: list[pgtrigger.Trigger] = [
            pgtrigger.Protect(name="fact_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
