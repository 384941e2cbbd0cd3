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
from licensing.answers import IN_FORCE
from licensing.compliance import JUDGED, OF_AUTHORITY, TERM
from licensing.models import (
    Acceptance,
    FeedHead,
    WaitingElsewhere,
    WaitingEvent,
    WaitingLicence,
)
from licensing.on_record import COUNTING
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
# Whoever holds a licence here and had something happen to a certificate of another authority.
TAKE_ELSEWHERE = """
WITH taken AS (
    DELETE FROM licensing_waitingelsewhere WHERE id IN (
        SELECT id FROM licensing_waitingelsewhere
        WHERE authority_id = %(authority)s ORDER BY id LIMIT %(limit)s)
    RETURNING certificate_event_id
)
SELECT count(*), array_agg(DISTINCT c.learner_id)
FROM taken t
JOIN certificates_certificateevent e ON e.id = t.certificate_event_id
JOIN certificates_certificate c ON c.id = e.certificate_id
"""
# Whoever holds these licences now, and whoever's accepted certificates were told of for them.
CONCERNED = """
SELECT array_agg(DISTINCT l.holder_id) FILTER (WHERE l.holder_id IS NOT NULL)
    || array_agg(DISTINCT c.learner_id) FILTER (WHERE c.learner_id IS NOT NULL)
FROM people_licence l
LEFT JOIN licensing_feedevent f ON f.authority_id = %(authority)s AND f.valid_until IS NOT NULL
    AND l.number = ANY (f.licence_numbers)
LEFT JOIN certificates_certificate c ON c.id = f.certificate_id
WHERE l.id = ANY (%(licences)s)
"""
# Of the certificates of other authorities that are accepted here: what happened to each and was not
# told yet; and the last that was told once more, where the certificate no longer has the term that
# was told with it, or is no longer accepted. Its standing stays; the later event's term holds.
ACCEPTED = f"""{IN_FORCE}, current AS (
    SELECT DISTINCT ON (c.id) c.id AS certificate_id, c.accepted_since, t.*
    FROM needs w
    JOIN {COUNTING} ON true
    CROSS JOIN {TERM}
    WHERE c.acceptance_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM certificates_certificateevent e
        WHERE e.certificate_id = c.id AND e.kind = 'replaced' AND e.recorded_at <= %(known_at)s)
    ORDER BY c.id
), told AS (
    SELECT DISTINCT ON (f.certificate_id) f.certificate_id, f.valid_until, f.renew_from, f.position
    FROM licensing_feedevent f JOIN certificates_certificate c ON c.id = f.certificate_id
    WHERE f.authority_id = %(authority)s AND f.valid_until IS NOT NULL
        AND (%(holders)s::bigint[] IS NULL OR c.learner_id = ANY (%(holders)s))
    ORDER BY f.certificate_id, f.position DESC
), happened AS (
    SELECT n.certificate_id, e.id AS event_id, e.recorded_at,
        CASE e.kind WHEN 'issued' THEN greatest(e.effective_on, n.accepted_since)
            ELSE e.effective_on END AS effective_on,
        n.valid_until, n.renew_from, NULL::bigint AS once_more
    FROM current n JOIN certificates_certificateevent e ON e.certificate_id = n.certificate_id
    WHERE e.kind IN ('issued', 'revoked', 'reinstated') AND NOT EXISTS (
        SELECT FROM licensing_feedevent f
        WHERE f.certificate_event_id = e.id AND f.authority_id = %(authority)s)
), changed AS (
    SELECT o.certificate_id, e.event_id, %(now)s, e.effective_on,
        coalesce(n.valid_until, %(as_at)s - 1),
        coalesce(n.renew_from, least(o.renew_from, %(as_at)s - 1)), o.position
    FROM told o
    LEFT JOIN current n ON n.certificate_id = o.certificate_id
    CROSS JOIN LATERAL (
        SELECT f.certificate_event_id AS event_id, f.effective_on FROM licensing_feedevent f
        WHERE f.certificate_id = o.certificate_id AND f.authority_id = %(authority)s
            AND f.valid_until IS NOT NULL AND f.licence_id IS NULL
        ORDER BY f.position DESC LIMIT 1
    ) e
    WHERE coalesce(n.valid_until, least(o.valid_until, %(as_at)s - 1)) <> o.valid_until
        AND o.certificate_id NOT IN (SELECT certificate_id FROM happened)
        AND NOT EXISTS (SELECT FROM current m JOIN certificates_certificate c
            ON c.id = m.certificate_id WHERE c.replaces_id = o.certificate_id)
), added AS (
    INSERT INTO licensing_feedevent (authority_id, position, public_id, type, recorded_at,
        effective_on, certificate_id, certificate_event_id, licence_id, requirement,
        licence_numbers, valid_until, renew_from)
    SELECT a.id, %(head)s + row_number() OVER (ORDER BY e.id),
        md5(concat_ws(':', a.code, e.kind, c.reference, extract(epoch FROM e.recorded_at), e.id,
            t.once_more))::uuid,
        'certificate.' || e.kind, t.recorded_at, t.effective_on, c.id, e.id, NULL, '',
        ARRAY(SELECT l.number FROM people_licence l
            WHERE l.holder_id = c.learner_id AND l.authority_id = a.id ORDER BY l.number),
        t.valid_until, t.renew_from
    FROM (SELECT * FROM happened UNION ALL SELECT * FROM changed) t
    JOIN people_authority a ON a.id = %(authority)s
    JOIN certificates_certificate c ON c.id = t.certificate_id
    JOIN certificates_certificateevent e ON e.id = t.event_id
    RETURNING id
)
SELECT count(*) FROM added
"""  # noqa: S608  (Put together from constants, like the next.)
# The day a status began is told, not the day on which somebody looked.
CHANGES = f"""{JUDGED}, changes AS (
    SELECT j.*, c.reference, j.acceptance_id IS NOT NULL AS is_accepted,
        'training.' || j.status AS type,
        CASE j.status WHEN 'expiring' THEN j.renew_from
            ELSE greatest(j.valid_until + j.grace_days, j.due_by, j.excepted_until) + 1
        END AS effective_on
    FROM judged j JOIN certificates_certificate c ON c.id = j.certificate_id
    WHERE j.status IN ('expiring', 'expired') AND NOT EXISTS (
        SELECT FROM licensing_feedevent f
        WHERE f.certificate_id = j.certificate_id AND f.licence_id = j.licence_id
            AND f.requirement = j.code AND f.type = 'training.' || j.status)
), added AS (
    INSERT INTO licensing_feedevent (authority_id, position, public_id, type, recorded_at,
        effective_on, certificate_id, certificate_event_id, licence_id, requirement,
        licence_numbers, valid_until, renew_from)
    SELECT authority_id,
        %(head)s + row_number() OVER (ORDER BY effective_on, licence_id, code),
        md5(concat_ws(':', type, reference, number, code,
            CASE WHEN is_accepted THEN authority_id END))::uuid,
        type, %(now)s, effective_on, certificate_id, NULL, licence_id, code, ARRAY[number],
        CASE WHEN is_accepted THEN valid_until END, CASE WHEN is_accepted THEN renew_from END
    FROM changes
    RETURNING id
)
SELECT count(*) FROM added
"""  # noqa: S608
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
        .union(
            WaitingLicence.objects.filter(**of_authority).values("authority"),
            WaitingElsewhere.objects.filter(**of_authority).values("authority"),
        )
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
    elsewhere = WaitingElsewhere.objects.filter(authority=OuterRef("pk"))
    anything = Exists(waiting) | Exists(licences) | Exists(elsewhere)
    behind = Authority.objects.filter(anything | ~Exists(swept))
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
        elsewhere, others = self._run(TAKE_ELSEWHERE, limit=limit)
        holders += others or []
        looked_at, licences = self._run(TAKE_LICENCES, limit=limit)
        new_day = self.head.swept_on is None or self.head.swept_on < today
        if new_day and taken < limit:
            self._tell_accepted(OF_AUTHORITY)
            self._look_at(OF_AUTHORITY)
            self.head.swept_on = today
        else:
            self._look_at_some(holders, licences or [])
        if self.head.position > before:
            self._run(DELIVER, head=before)
        self.head.save()
        return max(taken, int(looked_at), int(elsewhere))

    def _take(self, limit: int) -> tuple[int, list[int]]:
        added, taken, holders = self._run(TAKE, limit=limit)
        self.head.position += added
        return taken, holders or []

    def _look_at_some(self, holders: list[int], licences: list[int]) -> None:
        (concerned,) = self._run(CONCERNED, licences=licences)
        if people := [*holders, *(concerned or [])]:
            self._tell_accepted(OF_HOLDERS, people)
        if holders:
            self._look_at(OF_HOLDERS, holders=holders)
        if licences:
            self._look_at(OF_LICENCES, licences=licences)

    def _tell_accepted(self, narrowing: str, holders: list[int] | None = None) -> None:
        if Acceptance.objects.approved().filter(authority=self.head.pk).exists():
            as_of = {"as_at": london_day(self.now), "known_at": self.now}
            (added,) = self._run(ACCEPTED.format(narrowing=narrowing), **as_of, holders=holders)
            self.head.position += added

    def _look_at(self, narrowing: str, **whom: Any) -> None:
        as_of = {"as_at": london_day(self.now), "known_at": self.now}
        (added,) = self._run(CHANGES.format(narrowing=narrowing), **as_of, **whom)
        self.head.position += added

    def _run(self, statement: str, **values: Any) -> Any:
        given = {"authority": self.head.pk, "head": self.head.position, "now": self.now, **values}
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            return cursor.fetchone() if cursor.description else None
