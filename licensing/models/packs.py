"""What was made for publication or for a meeting, kept as it was given out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact, at_insert
from licensing.financial_year import FinancialYear
from people.models import Authority, Licence

# A digest of something else than the content would prove nothing.
IS_OF_CONTENT = """
IF NEW.digest <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'the digest is not that of the content';
END IF;
RETURN NEW;
"""


class Pack(Fact):
    """``content`` is JSON in its canonical form; ``digest`` its SHA-256, as the database checks."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    as_at = models.DateField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta(Fact.Meta):
        abstract = True
        ordering = ["-made_at", "-pk"]
        triggers = [
            *Fact.Meta.triggers,
            at_insert("digest_is_of_content", IS_OF_CONTENT),
        ]


class FoiPack(Pack):
    """The figures of one authority for one financial year, with small numbers hidden (R52). The
    hidden ones are not kept: nobody can be made to give out what is not there."""

    year = models.PositiveSmallIntegerField(help_text=_("In which the financial year began."))

    class Meta(Pack.Meta):
        indexes = [models.Index(fields=["authority", "-made_at"], name="foi_packs_of_authority")]

    def __str__(self) -> str:
        return f"{self.authority} {self.financial_year.label}"

    @property
    def financial_year(self) -> FinancialYear:
        return FinancialYear(self.year)


class CommitteePack(Pack):
    """One driver's training as it was put before a committee, and why it was asked for (R53)."""

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="committee_packs")
    known_at = models.DateTimeField()
    reason = models.TextField()

    class Meta(Pack.Meta):
        constraints = [
            models.CheckConstraint(
                name="committee_pack_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say what the pack is for."),
            ),
            models.CheckConstraint(
                name="committee_pack_knows_no_future",
                condition=Q(known_at__lte=models.F("made_at")),
                violation_error_message=_("Nothing can be known before it was recorded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence} {self.as_at}"
