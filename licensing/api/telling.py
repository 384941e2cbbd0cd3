"""Webhooks: where a licensing system wants to be told."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from ninja.errors import ValidationError
from pydantic import ConfigDict, Field

from licensing import actions, feed, outward
from licensing.api import examples, problems
from licensing.api.asking import ClientRequest, refuse_unknown
from licensing.api.auth import Needs
from licensing.api.feeding import After, read_cursor
from licensing.api.problems import Refused
from licensing.api.schemas import Instant
from licensing.models import ApiClient, FeedEvent, Scope, Webhook

router = Router()
reads_webhooks = Needs(Scope.EVENTS_READ)
changes_webhooks = Needs(Scope.EVENTS_READ, cost=100)
REFUSALS = {"exists": problems.WEBHOOK_EXISTS, "too_many": problems.TOO_MANY_WEBHOOKS}
ADDRESS = f"^https://{outward.NAME}{outward.REST}$"


class State(StrEnum):
    WORKING = "working"
    FAILING = "failing"
    PAUSED = "paused"


class Wanted(Schema):
    """An address and the events that it is to be told of."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2000)] = Field(
        description="Begins with https:// and leads to the public internet.",
        json_schema_extra={"pattern": ADDRESS},
    )
    types: list[FeedEvent.Type] = Field(
        default_factory=list, max_length=20, description="Which events; all if empty."
    )


class Hook(Schema):
    id: UUID
    url: str
    types: list[FeedEvent.Type]
    created_at: Instant
    state: State
    failing_since: Instant | None
    paused_at: Instant | None
    pause_reason: Webhook.PauseReason | None

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        paused, failing = webhook.paused_at, webhook.failing_since
        return cls(
            id=webhook.pk,
            url=webhook.url,
            types=[FeedEvent.Type(name) for name in webhook.types],
            created_at=webhook.created_at,
            state=State.PAUSED if paused else State.FAILING if failing else State.WORKING,
            failing_since=failing,
            paused_at=paused,
            pause_reason=Webhook.PauseReason(webhook.pause_reason) if paused else None,
        )


class NewHook(Hook):
    secret: str = Field(description="It is shown this once; keep it safe.")


class Hooks(Schema):
    webhooks: list[Hook]


class NewSecret(Schema):
    secret: str = Field(description="It is shown this once; keep it safe.")
    former_secret_until: Instant = Field(
        description="Until then each message carries a signature by either secret."
    )


class Replayed(Schema):
    queued: int = Field(description="How many events are on their way again.")
    next: str = Field(description="Go on with this cursor until it no longer changes.")


def own(request: ClientRequest, webhook_id: UUID) -> Webhook:
    """Raises Refused for another client's, as for one that is not there."""
    found = Webhook.objects.live().filter(pk=webhook_id, client=request.auth.api_client_id).first()
    if found is None:
        raise Refused(problems.NOT_FOUND)
    return found


@router.get(
    "/webhooks",
    auth=reads_webhooks,
    response=Hooks,
    operation_id="list_webhooks",
    summary="Your client's webhooks",
    tags=["Webhooks"],
    openapi_extra=reads_webhooks.documented | examples.responses(examples.WEBHOOKS),
)
def webhooks(request: ClientRequest) -> Hooks:
    """All of them, the oldest first. Secrets are not shown again."""
    refuse_unknown(request)
    live = Webhook.objects.live().filter(client=request.auth.api_client_id)
    return Hooks(webhooks=[Hook.of(webhook) for webhook in live])


@router.post(
    "/webhooks",
    auth=changes_webhooks,
    response={201: NewHook},
    operation_id="add_webhook",
    summary="Be told at an address",
    tags=["Webhooks"],
    openapi_extra=changes_webhooks.documented
    | examples.responses(examples.NEW_WEBHOOK, status=201)
    | examples.request(examples.WANTED),
)
def add_webhook(request: ClientRequest, wanted: Wanted) -> Status:
    """Each event from now on is sent there as JSON by POST, as the feed writes it, signed by the
    Standard Webhooks scheme. Answer with a status from 200 to 299 within ten seconds. Otherwise it
    is sent again, ever less often, for three days. Events may come twice or out of order; `id` and
    `sequence` tell. Redirects are not followed.
    """
    refuse_unknown(request)
    try:
        made, secret = actions.add_webhook(
            client=ApiClient.objects.get(pk=request.auth.api_client_id),
            url=wanted.url,
            types=wanted.types,
            now=timezone.now(),
        )
    except actions.WebhookRefused as refused:
        if refused.code in REFUSALS:
            raise Refused(REFUSALS[refused.code]) from None
        raise ValidationError([{"loc": ("body", "url"), "msg": refused.detail}]) from None
    return Status(201, NewHook(**Hook.of(made).model_dump(), secret=secret))


@router.delete(
    "/webhooks/{webhook_id}",
    auth=changes_webhooks,
    response={204: None},
    operation_id="remove_webhook",
    summary="Be told no more",
    tags=["Webhooks"],
    openapi_extra=changes_webhooks.documented,
)
def remove_webhook(request: ClientRequest, webhook_id: UUID) -> Status:
    """Nothing more is sent there, nor what waits."""
    refuse_unknown(request)
    actions.remove_webhook(webhook=own(request, webhook_id), now=timezone.now())
    return Status(204, None)


@router.post(
    "/webhooks/{webhook_id}/replay",
    auth=changes_webhooks,
    response=Replayed,
    operation_id="replay_webhook",
    summary="Be told again",
    tags=["Webhooks"],
    openapi_extra=changes_webhooks.documented | examples.responses(examples.REPLAYED),
)
def replay_webhook(request: ClientRequest, webhook_id: UUID, place: Query[After]) -> Replayed:
    """Send every event after the cursor again, up to 10,000 at once. A paused webhook starts
    again."""
    refuse_unknown(request, After)
    webhook, after = own(request, webhook_id), read_cursor(place.after)
    try:
        queued, last = actions.replay_webhook(webhook=webhook, after=after, now=timezone.now())
    except feed.UnknownCursor:
        raise Refused(problems.UNKNOWN_CURSOR) from None
    return Replayed(queued=queued, next=str(last))


@router.post(
    "/webhooks/{webhook_id}/rotate-secret",
    auth=changes_webhooks,
    response=NewSecret,
    operation_id="rotate_webhook_secret",
    summary="Change the secret",
    tags=["Webhooks"],
    openapi_extra=changes_webhooks.documented | examples.responses(examples.NEW_SECRET),
)
def rotate_secret(request: ClientRequest, webhook_id: UUID) -> NewSecret:
    """For a day the former secret signs as well, so that no message is lost on the way."""
    refuse_unknown(request)
    now = timezone.now()
    secret = actions.rotate_secret(webhook=own(request, webhook_id), now=now)
    until = now + actions.webhooks.BOTH_SECRETS_FOR
    return NewSecret(secret=secret, former_secret_until=until)
