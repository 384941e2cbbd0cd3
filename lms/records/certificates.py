"""Certificates: one for each pass, with the right dates, and a standing that two people changed."""

from datetime import datetime

from django.db.models import Count, Q

from certificates.models import Certificate
from certificates.reference import is_wellformed
from lms.records.invariant import Counts, Invariant, stated
from lms.records.stream import rows

# A pass may be of an old sitting that was scored again just now.
PASSES = """
FROM (
    SELECT s.id, coalesce((
        SELECT min(changed_at) FROM assessments_resultchange
        WHERE sitting_id = s.id AND outcome = 'passed' AND outcome_before = 'failed'
    ), s.closed_at) AS passed_at
    FROM assessments_sitting s WHERE s.result = 'passed'
) AS s
LEFT JOIN certificates_certificate c ON c.sitting_id = s.id
"""
CERTIFIED = f"""
SELECT count(*), count(*) FILTER (WHERE c.id IS NULL) {PASSES}
WHERE c.id IS NOT NULL OR s.passed_at <= %(now)s - %(grace)s
"""
WAITING = f"""
SELECT count(*), 0 {PASSES}
WHERE c.id IS NULL AND s.passed_at > %(now)s - %(grace)s
"""

EARNED = """
SELECT count(*), count(*) FILTER (
    WHERE (s.result = 'passed' AND s.learner_id = c.learner_id AND s.course_id = c.course_id
        AND s.authority_id IS NOT DISTINCT FROM c.authority_id
        AND s.closed_at = c.passed_at) IS NOT TRUE)
FROM certificates_certificate c LEFT JOIN assessments_sitting s ON s.id = c.sitting_id
WHERE c.replaces_id IS NULL AND c.evidence_id IS NULL
"""

# A corrected certificate and the one in its place: the same pass, and each names the other.
REPLACED = """
SELECT count(*), count(*) FILTER (
    WHERE (e.recorded_at = later.issued_at AND old.passed_at = later.passed_at
        AND old.passed_on = later.passed_on AND old.valid_until = later.valid_until
        AND old.renew_from = later.renew_from AND old.course_id = later.course_id
        AND old.counts_for_id = later.counts_for_id AND old.rule_id = later.rule_id
        AND old.authority_id IS NOT DISTINCT FROM later.authority_id
        AND (later.learner_id IN (old.learner_id, l.succeeded_by_id) OR EXISTS (
            SELECT FROM people_recordmerge m JOIN people_recordmerge u ON u.undoes_id = m.id
            WHERE u.decision = 'confirmed' AND later.learner_id <> old.learner_id
                AND m.gone_id IN (old.learner_id, later.learner_id)
                AND m.stays_id IN (old.learner_id, later.learner_id)))) IS NOT TRUE)
FROM certificates_certificate old
JOIN people_learner l ON l.id = old.learner_id
LEFT JOIN certificates_certificate later ON later.replaces_id = old.id
LEFT JOIN certificates_certificateevent e ON e.certificate_id = old.id AND e.kind = 'replaced'
WHERE later.id IS NOT NULL OR e.id IS NOT NULL
"""

# The calendar is PostgreSQL's, not ours. A pass in the renewal window of a certificate that stood
# when the new one was issued counts from that one's last day; serial numbers tell what came first.
# Where the rule says so, a licence ends it earlier.
DATES = """
SELECT count(*), count(*) FILTER (
    WHERE (c.valid_until = least(c.licence_ends_on, (
            coalesce(renewed.valid_until, c.passed_on) + make_interval(months => r.months))::date)
        AND (c.licence_ends_on IS NULL OR r.ends_with_licence)
        AND c.renew_from = greatest(
            c.passed_on, c.valid_until - r.renewal_window_days)) IS NOT TRUE)
FROM certificates_certificate c
JOIN certificates_validityrule r ON r.id = c.rule_id
LEFT JOIN certificates_certificateevent issued
    ON issued.certificate_id = c.id AND issued.kind = 'issued'
LEFT JOIN LATERAL (
    SELECT max(held.valid_until) AS valid_until
    FROM certificates_certificate held
    WHERE held.learner_id = c.learner_id AND held.counts_for_id = c.counts_for_id
        AND (held.authority_id IS NULL OR held.authority_id = c.authority_id)
        AND held.passed_at < c.passed_at AND held.id < c.id
        AND c.passed_on BETWEEN held.renew_from AND held.valid_until
        AND coalesce((
            SELECT standing.kind FROM certificates_certificateevent standing
            WHERE standing.certificate_id = held.id AND standing.id < issued.id
            ORDER BY standing.id DESC LIMIT 1), 'issued') NOT IN ('revoked', 'replaced')
) AS renewed ON true
WHERE c.replaces_id IS NULL
"""

PASSED_ON_LONDON_DAY = """
SELECT count(*), count(*) FILTER (
    WHERE passed_on <> (passed_at AT TIME ZONE 'Europe/London')::date)
FROM certificates_certificate
"""

ISSUED_ONCE = """
SELECT count(*), count(*) FILTER (
    WHERE (issues = 1 AND recorded_at = issued_at AND effective_on = passed_on) IS NOT TRUE)
FROM (
    SELECT c.issued_at, c.passed_on, count(e.id) AS issues,
        max(e.recorded_at) AS recorded_at, max(e.effective_on) AS effective_on
    FROM certificates_certificate c
    LEFT JOIN certificates_certificateevent e ON e.certificate_id = c.id AND e.kind = 'issued'
    GROUP BY c.id
) AS c
"""

STANDING_CHANGED_BY_TWO = """
SELECT count(*), count(*) FILTER (
    WHERE (((by_id <> seconded_by_id AND reason <> '')
            OR (kind = 'replaced' AND reason_class = 'records_joined'))
        AND CASE before
            WHEN 'replaced' THEN false
            WHEN 'revoked' THEN kind = 'reinstated'
                OR (kind = 'replaced' AND reason_class = 'records_joined')
            ELSE kind <> 'reinstated' END) IS NOT TRUE)
FROM (
    SELECT *, lag(kind, 1, 'issued') OVER (PARTITION BY certificate_id ORDER BY id) AS before
    FROM certificates_certificateevent
) AS e
WHERE kind <> 'issued'
"""

# Files are hashed by the database, one after the other: none is held here. Until files were kept,
# nothing was written about the identity check either: that tells the certificates from before.
FILES = """
SELECT count(*), count(*) FILTER (
    WHERE (encode(sha256(d.pdf), 'hex') = d.pdf_digest AND pdf_key.kind = 'pdf'
        AND credential_key.kind = 'credential' AND d.credential <> '') IS NOT TRUE)
FROM certificates_certificate c
LEFT JOIN certificates_certificatedocument d ON d.certificate_id = c.id
LEFT JOIN certificates_issuerkey pdf_key ON pdf_key.id = d.pdf_key_id
LEFT JOIN certificates_issuerkey credential_key ON credential_key.id = d.credential_key_id
WHERE c.sitting_id IS NULL OR c.identity_method <> '' OR d.certificate_id IS NOT NULL
"""
WITHOUT_FILES = """
SELECT count(*), 0
FROM certificates_certificate c
LEFT JOIN certificates_certificatedocument d ON d.certificate_id = c.id
WHERE c.sitting_id IS NOT NULL AND c.identity_method = '' AND d.certificate_id IS NULL
"""


def references(now: datetime) -> Counts:
    """Shape and check character, by the rule that whoever types one is judged by."""
    checked = broken = 0
    for (reference,) in rows("SELECT reference FROM certificates_certificate"):
        checked += 1
        broken += not is_wellformed(reference)
    return Counts(checked, broken)


def current(now: datetime) -> Counts:
    """Asks the very words by which pages and reminders tell which certificate is current."""
    holders = (
        Certificate.objects.counting()
        .with_superseded()
        .order_by()
        .values("learner", "counts_for", "authority")
        .annotate(current=Count("pk", filter=Q(superseded=False)))
    )
    counts = holders.aggregate(
        checked=Count("learner"), broken=Count("learner", filter=Q(current__gt=1))
    )
    return Counts(counts["checked"], counts["broken"])


INVARIANTS = (
    stated("I11", "Every pass has its certificate.", CERTIFIED),
    stated("I11-waiting", "Passes of the last five minutes may wait for theirs.", WAITING),
    stated("I11-earned", "Every certificate tells of one passed sitting, as it was.", EARNED),
    Invariant("I12", "Every reference has its shape and its check character.", references),
    stated("I13", "Every certificate has its files, byte for byte as they were signed.", FILES),
    stated("I13-before", "Certificates from before get theirs when first asked.", WITHOUT_FILES),
    stated("I14", "The last day and the first renewal day are the calendar's.", DATES),
    Invariant("I16", "Of one person, course and authority, one certificate is current.", current),
    stated(
        "I20",
        "Two people and a reason stand behind every change of standing.",
        STANDING_CHANGED_BY_TWO,
    ),
    stated(
        "I20-replaced",
        "What stands in the place of a certificate tells of the same pass, and each of the other.",
        REPLACED,
    ),
    stated("I29", "Every certificate has one event of its issue, with its facts.", ISSUED_ONCE),
    stated("I39", "The day of a pass is the London day of its instant.", PASSED_ON_LONDON_DAY),
)
