"""What is written once."""

import pgtrigger
from django.db import models


class Fact(models.Model):
    """A row that is written once and never changed or deleted; the database refuses both."""

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Protect(name="fact_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
