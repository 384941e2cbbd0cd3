"""What a consumer of the change feed knows, whatever was lost, repeated or came out of order.

The set of events, by their ids, is all the state there is: an event that comes twice is the same
member, and no answer depends on the order of coming, because each event carries its ``sequence``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Event = dict[str, Any]
STANDING = {"certificate.issued", "certificate.revoked", "certificate.reinstated"}


@dataclass
class Records:
    """Keep ``events`` in a table with the id as its key; everything else follows from it."""

    events: dict[str, Event] = field(default_factory=dict)

    def add(self, events: Iterable[Event]) -> None:
        """Take events in, from the feed or a webhook. One that is there already changes nothing."""
        for event in events:
            self.events.setdefault(event["id"], event)

    def certificates(self, *, on: date) -> dict[str, bool]:
        """Each certificate's reference, and whether it counts on the day.

        It does from its pass to its last day, unless it was revoked and not reinstated since, or
        another one was issued in its place.
        """
        decisive: dict[str, Event] = {}
        ends: dict[str, str] = {}
        replaced = set()
        for event in sorted(self.events.values(), key=lambda event: int(event["sequence"])):
            facts = event["certificate"]
            ends[facts["reference"]] = facts["valid_until"]
            if facts["replaces"]:
                replaced.add(facts["replaces"])
            if event["type"] in STANDING and event["effective_on"] <= on.isoformat():
                decisive[facts["reference"]] = event
        return {
            reference: reference not in replaced
            and event["type"] != "certificate.revoked"
            and on.isoformat() <= ends[reference]
            for reference, event in decisive.items()
        }

    def licences(self, *, on: date) -> dict[str, bool]:
        """Each licence number that an event named, and whether a certificate counts on the day."""
        counts = self.certificates(on=on)
        found: dict[str, bool] = {}
        for event in self.events.values():
            for number in event["licence_numbers"]:
                one = counts.get(event["certificate"]["reference"], False)
                found[number] = found.get(number, False) or one
        return found

    def lapsed(self) -> set[tuple[str, str]]:
        """Licence numbers and certificates of which ``training.expired`` told."""
        return self._told("training.expired")

    def renewable(self) -> set[tuple[str, str]]:
        """Licence numbers and certificates of which ``training.expiring`` told."""
        return self._told("training.expiring")

    def _told(self, kind: str) -> set[tuple[str, str]]:
        return {
            (number, event["certificate"]["reference"])
            for event in self.events.values()
            for number in event["licence_numbers"]
            if event["type"] == kind
        }
