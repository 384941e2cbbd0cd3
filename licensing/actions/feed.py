"""Writing the change feed: each fact once, in one order, with a place that nobody else has.

Whoever writes an event of a certificate queues it in the same transaction (``models.feed.WAIT``).
Serial numbers of rows that are being written commit in any order, so the feed has places of its
own: they are given out here, by whoever holds the row of the authority's ``FeedHead``. That is
released only when what was added can be read, so a reader who has seen one place has seen all
before it, and none is ever filled later.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from certificates.renewal import london_day
from licensing.compliance import JUDGED, OF_AUTHORITY
from licensing.models import FeedHead, WaitingEvent, WaitingLicence
from people.models import Authority

BATCH = 1000  # Events that find their places in one transaction.
# A correction needs no entry of its own: the new certificate's says which one it replaces.
TAKE = """
WITH taken AS (
    DELETE FROM licensing_waitingevent WHERE certificate_event_id IN (
        SELECT certificate_event_id FROM licensing_waitingevent
        WHERE authority_id = %(authority)s ORDER BY certificate_event_id LIMIT %(limit)s)
    RETURNING certificate_event_id
), added AS (
    INSERT INTO licensing_feedevent (authority_id, position, public_id, type, recorded_at,
        effective_on, certificate_id, certificate_event_id, licence_id, requirement,
        licence_numbers)
    SELECT %(authority)s, %(head)s + row_number() OVER (ORDER BY e.id),
        md5(concat_ws(':', e.kind, c.reference, extract(epoch FROM e.recorded_at), e.id))::uuid,
        'certificate.' || e.kind, e.recorded_at, e.effective_on, c.id, e.id, NULL, '',
        ARRAY(SELECT l.number FROM people_licence l
            WHERE l.holder_id = c.learner_id AND l.authority_id = c.authority_id ORDER BY l.number)
    FROM certificates_certificateevent e
    JOIN certificates_certificate c ON c.id = e.certificate_id
    WHERE e.id IN (SELECT certificate_event_id FROM taken)
        AND e.kind IN ('issued', 'revoked', 'reinstated')
    RETURNING id
)
SELECT (SELECT count(*) FROM added), count(*), array_agg(DISTINCT c.learner_id)
FROM taken t
JOIN certificates_certificateevent e ON e.id = t.certificate_event_id
JOIN certificates_certificate c ON c.id = e.certificate_id
"""
TAKE_LICENCES = """
WITH taken AS (
    DELETE FROM licensing_waitinglicence WHERE id IN (
        SELECT id FROM licensing_waitinglicence
        WHERE authority_id = %(authority)s ORDER BY id LIMIT %(limit)s)
    RETURNING licence_id
)
SELECT count(*), array_agg(DISTINCT licence_id) FROM taken
"""
# The day a status began is told, not the day on which somebody looked.
CHANGES = f"""{JUDGED}, changes AS (
    SELECT j.*, c.reference, 'training.' || j.status AS type,
        CASE j.status WHEN 'expiring' THEN c.renew_from
            ELSE greatest(c.valid_until + j.grace_days, j.due_by, j.excepted_until) + 1
        END AS effective_on
    FROM judged j JOIN certificates_certificate c ON c.id = j.certificate_id
    WHERE j.status IN ('expiring', 'expired') AND NOT EXISTS (
        SELECT FROM licensing_feedevent f
        WHERE f.certificate_id = j.certificate_id AND f.licence_id = j.licence_id
            AND f.requirement = j.code AND f.type = 'training.' || j.status)
), added AS (
    INSERT INTO licensing_feedevent (authority_id, position, public_id, type, recorded_at,
        effective_on, certificate_id, certificate_event_id, licence_id, requirement,
        licence_numbers)
    SELECT authority_id,
        %(head)s + row_number() OVER (ORDER BY effective_on, licence_id, code),
        md5(type || ':' || reference || ':' || number || ':' || code)::uuid,
        type, %(now)s, effective_on, certificate_id, NULL, licence_id, code, ARRAY[number]
    FROM changes
    RETURNING id
)
SELECT count(*) FROM added
"""  # noqa: S608  (Put together from constants.)
OF_LICENCES = "l.authority_id = %(authority)s AND l.id = ANY (%(licences)s)"
OF_HOLDERS = "l.authority_id = %(authority)s AND l.holder_id = ANY (%(holders)s)"
DELIVER = """
INSERT INTO licensing_delivery (webhook_id, event_id, not_before, tries)
SELECT w.id, f.id, %(now)s, 0
FROM licensing_feedevent f
JOIN licensing_apiclient a ON a.authority_id = f.authority_id AND a.ended_at IS NULL
JOIN licensing_webhook w ON w.client_id = a.id AND w.ended_at IS NULL AND w.paused_at IS NULL
    AND (w.types = '{}' OR f.type = ANY (w.types))
WHERE f.authority_id = %(authority)s AND f.position > %(head)s
"""


def is_behind(*, authority_id: int, now: datetime) -> bool:
    """Whether something waits for its place, or the day has changed; one cheap question."""
    of_authority = {"authority": authority_id}
    waiting = (
        WaitingEvent.objects.filter(**of_authority)
        .values("authority")
        .union(WaitingLicence.objects.filter(**of_authority).values("authority"))
        .exists()
    )
    swept = FeedHead.objects.filter(authority=authority_id, swept_on__gte=london_day(now))
    return waiting or not swept.exists()


def advance_feed(*, authority_id: int, now: datetime, limit: int = BATCH) -> int:
    """Give up to ``limit`` waiting events their places; once a day look who is due or has lapsed.

    A repeat finds nothing to do. Of several at the same moment one works and the others wait for
    it. Returns how many events, or else licences, were taken out of the queue; whichever are more.
    """
    if not is_behind(authority_id=authority_id, now=now):
        return 0
    FeedHead.objects.bulk_create([FeedHead(authority_id=authority_id)], ignore_conflicts=True)
    with transaction.atomic():
        head = FeedHead.objects.select_for_update().get(pk=authority_id)
        return _Writing(head, now).advance(limit)


def look_again(*, authority: Authority | None) -> None:
    """Have the training of all the authority's licences looked at on the feed's next turn, as on a
    new day; of every authority where None is given. For what changes the answers of many at once:
    call it in the transaction that does. A repeat changes nothing."""
    heads = FeedHead.objects.exclude(swept_on=None)
    if authority is not None:
        heads = heads.filter(authority=authority)
    heads.update(swept_on=None)


def advance_all(*, now: datetime) -> None:
    """The same for every authority that is behind, until nothing waits."""
    swept = FeedHead.objects.filter(authority=OuterRef("pk"), swept_on__gte=london_day(now))
    waiting = WaitingEvent.objects.filter(authority=OuterRef("pk"))
    licences = WaitingLicence.objects.filter(authority=OuterRef("pk"))
    behind = Authority.objects.filter(Exists(waiting) | Exists(licences) | ~Exists(swept))
    for authority_id in behind.order_by("pk").values_list("pk", flat=True):
        while advance_feed(authority_id=authority_id, now=now) >= BATCH:
            pass


@dataclass
class _Writing:
    """The feed of one authority, held by us until the commit."""

    head: FeedHead
    now: datetime

    def advance(self, limit: int) -> int:
        before, today = self.head.position, london_day(self.now)
        taken, holders = self._take(limit)
        looked_at, licences = self._run(TAKE_LICENCES, limit=limit)
        new_day = self.head.swept_on is None or self.head.swept_on < today
        if new_day and taken < limit:
            self._look_at(OF_AUTHORITY)
            self.head.swept_on = today
        else:
            if holders:
                self._look_at(OF_HOLDERS, holders=holders)
            if licences:
                self._look_at(OF_LICENCES, licences=licences)
        if self.head.position > before:
            self._run(DELIVER, head=before)
        self.head.save()
        return max(taken, looked_at)

    def _take(self, limit: int) -> tuple[int, list[int]]:
        added, taken, holders = self._run(TAKE, limit=limit)
        self.head.position += added
        return taken, holders or []

    def _look_at(self, narrowing: str, **whom: Any) -> None:
        as_of = {"as_at": london_day(self.now), "known_at": self.now}
        (added,) = self._run(CHANGES.format(narrowing=narrowing), **as_of, **whom)
        self.head.position += added

    def _run(self, statement: str, **values: Any) -> Any:
        given = {"authority": self.head.pk, "head": self.head.position, "now": self.now, **values}
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            return cursor.fetchone() if cursor.description else None
