"""The relay: gives what is due to the providers, each message once (I24, I25, I27).

Any number of relays may run at once. A batch is claimed in one short transaction; for each message
the attempt is noted, the provider is spoken to outside any transaction, and the outcome is written
with its event. Whatever the relay dies of, in whichever line, the rows say what may have happened.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from outbox import rights
from outbox.actions.claiming import Clock, claim_messages, give_back, note_attempt
from outbox.actions.outcomes import conclude
from outbox.actions.queueing import withdraw
from outbox.models import Message
from outbox.outcome import Accepted, Outcome, Refused, Unknown
from outbox.transports import Transport, Transports, remembered

logger = logging.getLogger(__name__)
BATCH = 50
RUN = timedelta(seconds=30)  # A run begins no new batch after so long; the next tick goes on.
FRESH = timedelta(seconds=15)  # The right to send is not judged longer than this before sending.
TROUBLE = timedelta(minutes=1)  # How long a provider that serves nobody is left alone.
FORGOTTEN = "It was tried so long ago that the provider may have had it and forgotten it."
NOT_JUDGED = "Whether it may still be sent could not be found out, so it was not."


def relay_messages(*, now: datetime, limit: int = 1000) -> int:
    """Deliver what is due, up to ``limit`` messages; returns how many were accepted.

    Safe to run twice, at the same moment, and to be killed at any. No message is tried again
    before its provider was asked, if the answer to its last try is not known.
    """
    sent, left, clock = 0, limit, Clock(now)
    with Transports() as transports:
        run = Run(clock, transports)
        while left > 0 and clock() < now + RUN:
            batch = claim_messages(now=clock(), batch=min(BATCH, left))
            if not batch:
                break
            sent += run.relay(batch)
            left -= len(batch)
    return sent


class Run:
    """One run of a relay, and which providers it has found to serve nobody at present."""

    def __init__(self, clock: Clock, transports: Transports) -> None:
        self.clock, self.transports = clock, transports
        self.troubled: set[Transport] = set()

    def relay(self, batch: list[Message]) -> int:
        """First what was tried before without an answer, then what may be sent."""
        sent = sum(self._settle(message) for message in batch if message.attempted_at)
        ours = [message for message in batch if message.claim and not message.attempted_at]
        judged_at = self.clock()
        waiting = self._allowed(ours)
        while waiting and self.clock() < judged_at + FRESH:
            sent += self._send(waiting.pop(0))
        give_back(waiting, claim=batch[0].claim)
        return sent

    def _settle(self, message: Message) -> bool:
        """Ask the provider by our reference. What it has not got is ours again, to be sent."""
        transport = self.transports.of(message)
        if transport in self.troubled:
            return self._leave(message)
        outcome = transport.ask(message)
        if isinstance(outcome, Refused) and not remembered(message, now=self.clock()):
            outcome = Unknown(FORGOTTEN)
        if not isinstance(outcome, Refused):
            message.tries += 1
        sent = self._conclude(message, transport, outcome, asking=True)
        if isinstance(outcome, Refused):
            message.attempted_at = None
        else:
            message.claim = None
        return sent

    def _allowed(self, messages: list[Message]) -> list[Message]:
        """Those that may still go (I25). The others are withdrawn, or wait if nobody can tell."""
        by_key = {message.key: message for message in messages}
        for judge, keys in rights.docket(by_key):
            asked = [by_key.pop(key) for key in keys if key in by_key]
            try:
                reasons = judge([message.key for message in asked], now=self.clock())
            except Exception:
                logger.exception("a judge of the right to send failed")
                self._hold(asked)
                continue
            for message in asked:
                if reason := reasons.get(message.key):
                    withdraw(message_ids=[message.pk], reason=reason, now=self.clock())
                else:
                    by_key[message.key] = message
        return [message for message in messages if message.key in by_key]

    def _hold(self, messages: Collection[Message]) -> None:
        for message in messages:
            message.tries += 1
            conclude(message, Refused(NOT_JUDGED), now=self.clock())

    def _send(self, message: Message) -> bool:
        transport = self.transports.of(message)
        if transport in self.troubled:
            return self._leave(message)
        if not note_attempt(message, now=self.clock()):
            return False
        return self._conclude(message, transport, transport.send(message))

    def _conclude(
        self, message: Message, transport: Transport, outcome: Outcome, *, asking: bool = False
    ) -> bool:
        if not isinstance(outcome, Accepted) and outcome.everybody:
            self.troubled.add(transport)
        return conclude(message, outcome, now=self.clock(), asking=asking)

    def _leave(self, message: Message) -> bool:
        """Not tried: its provider serves nobody at present, and this is no fault of the message."""
        give_back([message], claim=message.claim, not_before=self.clock() + TROUBLE)
        message.claim = None
        return False
