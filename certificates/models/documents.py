"""What was signed and handed out, the keys that signed it, and what stood in the way."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models import Sitting
from certificates.models.certificates import Certificate
from courses.models.facts import Fact


class IssuerKey(Fact):
    """The public half of a key that has signed here. It stays published when the key is retired, so
    that whatever it signed can still be checked (control 32)."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("P-256, for PDF signatures")
        CREDENTIAL = "credential", _("Ed25519, for credentials")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    fingerprint = models.CharField(
        max_length=64, unique=True, help_text=_("SHA-256 of the public key in DER.")
    )
    public_pem = models.TextField()
    certificate_pem = models.TextField(blank=True)
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint[:16]


class CertificateDocument(Fact):
    """The signed files of a certificate, byte for byte as they were issued: the same next year,
    whatever template, font, wording or library has changed since (I13, I15)."""

    certificate = models.OneToOneField(
        Certificate, on_delete=models.PROTECT, primary_key=True, related_name="document"
    )
    pdf = models.BinaryField()
    pdf_digest = models.CharField(max_length=64, help_text=_("SHA-256 of the PDF."))
    pdf_key = models.ForeignKey(IssuerKey, on_delete=models.PROTECT, related_name="+")
    credential = models.TextField(help_text=_("The signed credential, as JSON."))
    credential_key = models.ForeignKey(IssuerKey, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.certificate_id)


class IssuingProblem(models.Model):
    """A pass whose certificate could not be issued, and why. It is open until the certificate is
    there; staff are told once, and every sweep tries again."""

    sitting = models.OneToOneField(Sitting, on_delete=models.PROTECT, related_name="+")
    problem = models.TextField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)
    solved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["first_seen_at"],
                name="issuing_problems_open",
                condition=models.Q(solved_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.problem}"
