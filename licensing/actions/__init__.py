"""Every change of state in this room."""

from licensing.actions.acceptance import approve_acceptance, propose_acceptance
from licensing.actions.clients import end_api_client, make_api_client
from licensing.actions.deliveries import relay_webhooks
from licensing.actions.feed import advance_all, advance_feed
from licensing.actions.kept_answers import (
    Answer,
    KeyUsedOtherwise,
    answer_once,
    drop_kept_answers,
)
from licensing.actions.webhooks import (
    WebhookRefused,
    add_webhook,
    remove_webhook,
    replay_webhook,
    rotate_secret,
)

__all__ = [
    "Answer",
    "KeyUsedOtherwise",
    "WebhookRefused",
    "add_webhook",
    "advance_all",
    "advance_feed",
    "answer_once",
    "approve_acceptance",
    "drop_kept_answers",
    "end_api_client",
    "make_api_client",
    "propose_acceptance",
    "relay_webhooks",
    "remove_webhook",
    "replay_webhook",
    "rotate_secret",
]
