"""What an authority requires of its drivers, and which licensing system speaks for it."""

from allauth.idp.oidc.models import Client
from django.contrib.postgres.fields import ArrayField
from django.db import models

from courses.models import CoursePage
from people.models import Authority, DatedRule, Licence


def every_kind() -> list[str]:
    return list(Licence.Kind.values)


class Requirement(DatedRule):
    """Which course holders of which licence kinds must have passed, from when, with how much grace.

    ``code`` names the requirement over time: a later rule with the same code replaces an earlier one.
    """

    code = models.SlugField(max_length=40, default="safeguarding")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="requirements")
    licence_kinds = ArrayField(
        models.CharField(max_length=20, choices=Licence.Kind.choices), default=every_kind
    )
    grace_days = models.PositiveSmallIntegerField(default=0)

    class Meta(DatedRule.Meta):
        indexes = [
            models.Index(fields=["authority", "code", "-effective_from"], name="requirement_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.effective_from}"


class ApiClient(models.Model):
    """Ties one OAuth 2 client to the one authority it may ask about."""

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="api_client")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="api_clients")

    def __str__(self) -> str:
        return str(self.client_id)

