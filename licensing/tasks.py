"""The API's housekeeping, the change feed and its webhooks."""

from allauth.idp.oidc.models import Token
from celery import shared_task
from django.utils import timezone

from licensing import actions

POINTS_AT_A_TIME = 200  # A minute or two where there are 50,000 drivers.


@shared_task
def clear_expired_tokens() -> None:
    """Access tokens that ran out are of no use to anybody; a repeat finds none."""
    Token.objects.expired().delete()


@shared_task
def drop_kept_answers() -> None:
    """Answers that were kept for a day, in case a call came twice."""
    actions.drop_kept_answers(now=timezone.now())


@shared_task
def advance_feeds() -> None:
    """Whatever happened finds its place in the feed, and so does what the new day brings."""
    actions.advance_all(now=timezone.now())


@shared_task
def relay_webhooks() -> None:
    """Tell each address what is due. The scheduled run finds whatever is left."""
    actions.relay_webhooks(now=timezone.now())


@shared_task
def work_out_trends() -> None:
    """The points of the lines over time that are missing, some at a time; a repeat goes on."""
    actions.work_out_points(now=timezone.now(), limit=POINTS_AT_A_TIME)


@shared_task
def notice_changes() -> None:
    """Weeks that differ from those before them, each once."""
    actions.notice_changes(now=timezone.now())


@shared_task
def work_on_packs() -> None:
    """Packs that somebody waits for. The scheduled run finds whatever is left."""
    actions.work_on_packs(now=timezone.now())


@shared_task
def draw_rechecks() -> None:
    """Unannounced checks that have started and have no list yet; a repeat finds none."""
    actions.draw_due(now=timezone.now())
