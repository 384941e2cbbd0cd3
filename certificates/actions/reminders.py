"""The reminder that is due for each certificate: once, in turn, and only while it counts."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from certificates import renewal
from certificates.actions.reach import Holder, Reach, reach_of
from certificates.actions.reminder_texts import About, Kind, Wording, language_of
from certificates.actions.rights import key_of, of_remindable
from certificates.channels import Way, first_way
from certificates.models import (
    Certificate,
    CertificateQuerySet,
    ReminderText,
    ValidityRule,
)
from outbox.actions import Draft, queue_messages

BATCH = 1000  # Rows in memory and in one transaction of a sweep.
# One value for all rows takes a third of the time of one for each column.
INSERT = """
INSERT INTO certificates_reminder (certificate_id, notice, due_on, queued_at, language, message_id)
SELECT certificate, %(notice)s, due_on, %(now)s, language, message
FROM json_to_recordset(%(rows)s)
    AS due (certificate bigint, due_on date, language text, message bigint)
ON CONFLICT DO NOTHING
"""
WALK = "; ".join(
    f"SET LOCAL enable_{way} = off" for way in ("hashjoin", "mergejoin", "sort", "material")
)


@dataclass(frozen=True)
class Schedule:
    """When to remind, and by which channels."""

    days: tuple[int, ...]
    channels: tuple[str, ...]


class Due(NamedTuple):
    """A certificate for which a reminder is due: the columns that are asked of the database."""

    pk: int
    reference: str
    valid_until: date
    passed_on: date
    renew_from: date
    holder_name: str
    course_title: str
    licence_number: str
    authority_id: int | None
    learner_id: int
    learner__user__email: str | None
    learner__user__language: str | None

    @property
    def holder(self) -> Holder:
        return Holder(
            self.learner_id,
            self.authority_id,
            self.licence_number,
            self.learner__user__email,
            self.learner__user__language,
        )


def queue_due_reminders(*, now: datetime, days: int | None = None) -> int:
    """Queue the reminder that is due for each certificate that has none yet; returns how many.

    Each notice goes once, whatever runs twice or at the same time; what an outage missed is caught
    up by the latest notice alone. After a renewal, a revocation or a correction there is none. Who
    can be reached by no channel has a row that says so, and is not looked at again for it. With
    ``days``, only what became due within so many days: a cheap run beside a rarer one over all.
    """
    sweep = Sweep(now)
    for schedule, rules in _schedules().items():
        for span in renewal.due_spans(schedule.days, sweep.today):
            first = span.first
            if days is not None:
                first = max(first, span.last - timedelta(days=days - 1))
            waiting = _waiting(rules, first, span.last, span.notice)
            sweep.queue_all(waiting, span.notice, schedule)
    return sweep.queued


def _schedules() -> dict[Schedule, list[int]]:
    """The rules by the reminders they ask for: most ask for the same."""
    schedules: dict[Schedule, list[int]] = {}
    rules = ValidityRule.objects.approved().order_by("pk")
    for pk, days, channels in rules.values_list("pk", "reminder_days", "reminder_channels"):
        schedules.setdefault(Schedule(tuple(days), tuple(channels)), []).append(pk)
    return schedules


def _waiting(rules: Collection[int], first: date, last: date, notice: int) -> CertificateQuerySet:
    """Of the holders nothing is asked yet: few of the certificates walked through are left here."""
    due = Certificate.objects.filter(rule__in=rules).expiring_between(first, last)
    return due.without_notice(notice).counting().not_superseded()


class Sweep:
    """One run, in batches: in memory are the rows of one, and the words that they share."""

    def __init__(self, now: datetime) -> None:
        self.now, self.today = now, renewal.london_day(now)
        self.wording, self.queued = Wording(), 0

    def queue_all(self, waiting: CertificateQuerySet, notice: int, schedule: Schedule) -> None:
        """What another sweep has in hand is left to it."""
        page = waiting
        while True:
            with transaction.atomic():
                _walk_along_indexes()
                free = page.select_for_update(skip_locked=True, of=("self",))
                places = list(free.values_list("valid_until", "pk")[:BATCH])
                if places:
                    self._queue(_due([pk for _, pk in places], notice), notice, schedule)
            if len(places) < BATCH:
                return
            day, pk = places[-1]
            page = waiting.filter(Q(valid_until__gt=day) | Q(pk__gt=pk), valid_until__gte=day)

    def _queue(self, batch: list[Due], notice: int, schedule: Schedule) -> None:
        timely = [due for due in batch if _is_timely(due, notice, schedule, self.today)]
        if not timely:
            return
        reaches = reach_of({due.holder for due in timely}, now=self.now)
        drafts = self._drafts(timely, reaches, notice, schedule)
        messages = queue_messages(messages=drafts.values(), now=self.now)
        rows = [
            {
                "certificate": due.pk,
                "due_on": str(due.valid_until - timedelta(days=notice)),
                "language": language_for(due, reaches[due.holder]),
                "message": messages[drafts[due.pk].key] if due.pk in drafts else None,
            }
            for due in timely
        ]
        with connection.cursor() as cursor:
            values: dict[str, Any] = {
                "rows": json.dumps(rows),
                "notice": notice,
                "now": self.now,
            }
            cursor.execute(INSERT, values)
        self.queued += len(drafts)

    def _drafts(
        self, batch: list[Due], reaches: dict[Holder, Reach], notice: int, schedule: Schedule
    ) -> dict[int, Draft]:
        """By the key of the certificate; those whom no channel reaches have none."""
        self.wording.load({due.authority_id for due in batch})
        drafts = {}
        for due in batch:
            reach = reaches[due.holder]
            way = first_way(schedule.channels, reach.contact)
            if way is not None:
                key = key_of(due.reference, notice)
                drafts[due.pk] = draft_of(due, reach, way, self.wording, key=key, today=self.today)
        return drafts


def _walk_along_indexes() -> None:
    """In this transaction. The database guesses that few certificates of a span are left, or many,
    and reads all people or all certificates for it; what is due is always a small share of them."""
    with connection.cursor() as cursor:
        cursor.execute(WALK)


def _due(certificate_ids: list[int], notice: int) -> list[Due]:
    """What there is to know of locked certificates. What another sweep wrote before the lock shows
    only now; what else may have changed is judged when the message is sent."""
    locked = of_remindable(Certificate.objects.filter(pk__in=certificate_ids))
    return [Due(*row) for row in locked.without_notice(notice).values_list(*Due._fields)]


def _is_timely(due: Due, notice: int, schedule: Schedule, today: date) -> bool:
    """A notice that was due before the pass is left out."""
    latest = renewal.due_notice(due.valid_until, schedule.days, (), today, passed_on=due.passed_on)
    return latest == notice


def language_for(due: Due, reach: Reach) -> str:
    return language_of(due.learner__user__language, reach.register_language)


def draft_of(
    due: Due,
    reach: Reach,
    way: Way,
    wording: Wording,
    *,
    key: str,
    today: date,
    instead_of: int | None = None,
) -> Draft:
    """The message by that way, in the person's language; ``wording`` has loaded the authority."""
    language = language_for(due, reach)
    ended = due.valid_until < today
    when = ReminderText.When.AFTER if ended else ReminderText.When.BEFORE
    about = About(
        name=due.holder_name,
        course=due.course_title,
        number=due.reference,
        valid_until=due.valid_until,
        renew_from=due.renew_from,
        today=today,
        has_account=due.learner__user__email is not None,
    )
    words = wording.write(Kind(due.authority_id, language, way.channel, when), about)
    return Draft(
        key=key,
        to=way.to,
        subject=words.subject,
        body=words.body,
        channel=way.channel,
        instead_of=instead_of,
    )
