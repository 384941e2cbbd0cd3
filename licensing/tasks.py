"""The API's housekeeping."""

from allauth.idp.oidc.models import Token
from celery import shared_task


@shared_task
def clear_expired_tokens() -> None:
    """Access tokens that ran out are of no use to anybody; a repeat finds none."""
    Token.objects.expired().delete()
