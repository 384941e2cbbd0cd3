"""Wakes the issuing task as soon as somebody has passed. The sweep finds every pass anyway."""

import logging
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from assessments.signals import attempt_passed
from certificates.tasks import issue_certificate

logger = logging.getLogger(__name__)


@receiver(attempt_passed, dispatch_uid="certificates.wake_issuing")
def wake_issuing(*, sitting_id: UUID, **kwargs: Any) -> None:
    """Best effort: a queue that is away never troubles the person who has just passed."""
    try:
        issue_certificate.delay(str(sitting_id))
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("sitting %s waits for the sweep: %s", sitting_id, type(error).__name__)
