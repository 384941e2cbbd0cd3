"""What pages of a reader need to be read and worked on without a line."""

from typing import Any

from django import template

from courses.perms import reader_reference
from lms import offline
from people.models import Learner

register = template.Library()


@register.inclusion_tag("lms/offline_reader.html", takes_context=True)
def offline_reader(context: Any, learner: Learner | None) -> dict[str, Any]:
    """Where the page tells what is saved on the phone. Nothing for whoever is not in training."""
    if not learner:
        return {}
    return {
        "reader": reader_reference(learner),
        "version": offline.version(),
        "csrf_token": context.get("csrf_token"),
    }
