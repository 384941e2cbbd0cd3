"""What was on record about licences: the head of every statement that judges training.

It tells which licences are asked about, as the register described them then and with whoever held
them, and which rules were in force for each. ``licensing.answers`` reads the certificates beside it
for a few licences; ``licensing.compliance`` judges all those of an authority.
"""

# When the number went to whoever had it then; until that, somebody else had it.
SINCE = """(SELECT max(recorded_at) FROM people_tenure
    WHERE licence_id = l.id AND coalesce(id < {tenure}, true))"""
# Until a person's own account or a merge took it over, another record held the licence, and what
# was known of its training then is still the answer about that time. History tells which one.
BEFORE = f"""
    SELECT was.holder_id FROM people_licenceevent was
    WHERE was.pgh_obj_id = l.id AND was.held_from <= %(known_at)s
        AND coalesce(was.held_from < t.recorded_at, true)
        AND was.held_from > coalesce({SINCE.format(tenure="t.id")}, '-infinity')
    ORDER BY was.held_from DESC, was.pgh_id DESC LIMIT 1
"""  # noqa: S608  (Put together from constants, like those below.)
# Who had the number earlier may have been taken over since: their training is then its successor's.
FOLLOWED = """
    WITH RECURSIVE later AS (
        SELECT t.holder_id AS id, 0 AS step
        UNION ALL
        SELECT s.stays, step + 1 FROM later JOIN LATERAL (
            SELECT succeeded_by_id AS stays, succeeded_at AS since
            FROM people_learner p WHERE p.id = later.id
            UNION ALL
            SELECT m.stays_id, m.decided_at FROM people_recordmerge m
            JOIN people_recordmerge u ON u.undoes_id = m.id
                AND u.decision = 'confirmed' AND u.decided_at > %(known_at)s
            WHERE m.gone_id = later.id
        ) s ON s.since <= %(known_at)s
    )
    SELECT id FROM later ORDER BY step DESC LIMIT 1
"""
# Nobody else's training counts for a number that was not linked while they had it.
HOLDER = f"""
CASE WHEN t.id IS NULL AND l.held_from <= %(known_at)s THEN l.holder_id
    WHEN t.held_from <= %(known_at)s THEN ({FOLLOWED})
    WHEN t.held_from > %(known_at)s OR t.id IS NULL AND l.held_from > %(known_at)s THEN ({BEFORE})
END"""
# A licence is as the register described it at the end of the day asked about, as far as that was
# known then. Days before the register came to us, and days of whoever has the number now before it
# was known to be theirs, are judged by the first description that came after.
SEEN_BY = """least(
    %(known_at)s, (%(as_at)s + 1)::timestamp AT TIME ZONE 'Europe/London')"""
SEEN = f"""
    (SELECT kind, state, starts_on, expires_on, full_name FROM people_licenceevent
    WHERE pgh_obj_id = l.id AND pgh_created_at >= coalesce((
        SELECT max(recorded_at) FROM people_tenure
        WHERE licence_id = l.id AND ended_on < %(as_at)s AND recorded_at <= %(known_at)s
    ), '-infinity')
    ORDER BY pgh_created_at < {SEEN_BY} DESC,
        CASE WHEN pgh_created_at < {SEEN_BY} THEN -pgh_id ELSE pgh_id END
    LIMIT 1)
    UNION ALL SELECT l.kind, l.state, l.starts_on, l.expires_on, l.full_name
    LIMIT 1
"""  # noqa: S608
# In London, as every day: the state of things at the end of ``as_at``.
LONDON_DAY = "({} AT TIME ZONE 'Europe/London')::date"
# The first day of a licence, as ``applying.began_on`` has it, by what the register said of whoever
# had the number then: from when that was decided until it was decided that somebody else has it.
THEIRS_SINCE = SINCE.format(tenure="l.tenure_id")
BEGAN = f"""
coalesce((
    SELECT min(h.starts_on) FILTER (WHERE h.pgh_created_at <= greatest(%(known_at)s, h.first_at))
    FROM (SELECT starts_on, pgh_created_at, min(pgh_created_at) OVER () AS first_at
        FROM people_licenceevent
        WHERE pgh_obj_id = l.id AND pgh_created_at >= coalesce({THEIRS_SINCE}, '-infinity')
            AND coalesce(pgh_created_at < l.tenure_recorded_at, true)) h
), {LONDON_DAY.format(f"coalesce({THEIRS_SINCE}, l.created_at)")})
"""  # noqa: S608
# A licence counts as its holder's only once the link was on record. A number may have been somebody
# else's on the day, or have been on record as theirs: the first tenure that had not ended by then,
# or whose end was not known yet, is the one asked about.
ASKED = f"""
SELECT l.id, l.authority_id, a.code AS authority, l.number,
    CASE WHEN t.recorded_at <= %(known_at)s THEN t.kind ELSE seen.kind END AS kind,
    CASE WHEN t.recorded_at <= %(known_at)s THEN t.full_name ELSE seen.full_name END AS full_name,
    seen.state, seen.starts_on, seen.expires_on, {HOLDER} AS holder_id,
    t.id AS tenure_id, t.recorded_at AS tenure_recorded_at, l.created_at
FROM {{licences}} l
JOIN people_authority a ON a.id = l.authority_id
JOIN LATERAL ({SEEN}) seen ON true
LEFT JOIN LATERAL (
    SELECT id, holder_id, held_from, kind, full_name, recorded_at
    FROM people_tenure
    WHERE licence_id = l.id AND (ended_on >= %(as_at)s OR recorded_at > %(known_at)s)
    ORDER BY id LIMIT 1
) t ON true
WHERE {{narrowing}}
"""  # noqa: S608
# The history of a licence is looked up only where some rule asks whether the driver is new.
WANTED = f"""
SELECT l.*, CASE WHEN (SELECT bool_or(applies_to IN ('new', 'existing')) FROM candidates)
    THEN {BEGAN} END AS began_on
FROM asked l
"""  # noqa: S608
# The holder and every record that they had taken over, as far as it was known then.
RECORDS = """
    WITH RECURSIVE earlier AS (
        SELECT w.holder_id AS id
        UNION
        SELECT s.gone FROM earlier JOIN LATERAL (
            SELECT l.id AS gone, l.succeeded_at AS since
            FROM people_learner l WHERE l.succeeded_by_id = earlier.id
            UNION ALL
            SELECT m.gone_id, m.decided_at FROM people_recordmerge m
            JOIN people_recordmerge u ON u.undoes_id = m.id
                AND u.decision = 'confirmed' AND u.decided_at > %(known_at)s
            WHERE m.stays_id = earlier.id
        ) s ON s.since <= %(known_at)s
    )
    SELECT id FROM earlier
"""
# A place in a group stays with the record that it was given to, whoever took that over.
WAS_IN = f"""
SELECT FROM courses_cohortplace p
WHERE p.cohort_id = c.cohort_id AND p.learner_id IN ({RECORDS}) AND p.added_at <= %(known_at)s
    AND {LONDON_DAY.format("p.added_at")} <= %(as_at)s
    AND (p.left_at IS NULL OR p.left_at > %(known_at)s
        OR {LONDON_DAY.format("p.left_at")} > %(as_at)s)
"""
# Exceptions that whoever held the licence then had been granted by the day.
EXCEPTIONS = f"""
x.licence_id = w.licence_id AND x.requirement = w.code AND x.decision = 'granted'
AND x.decided_at <= %(known_at)s AND {LONDON_DAY.format("x.decided_at")} <= %(as_at)s
AND w.tenure_id IS NOT DISTINCT FROM (SELECT min(id) FROM people_tenure
    WHERE licence_id = w.licence_id AND recorded_at > x.decided_at)
"""  # noqa: S608
# The numbers in an edition, as ``licensing.acceptance.version`` reads them.
VERSION = """(SELECT coalesce(array_agg(n[1]::numeric), ARRAY[]::numeric[])
    FROM regexp_matches({}, '[0-9]+', 'g') n)"""
# Which certificates of which others each authority accepts on the day; worked out once.
ACCEPTING = f"""
SELECT DISTINCT ON (a.authority_id, a.from_authority_id, a.course_id) a.id, a.authority_id,
    a.from_authority_id, a.course_id, a.requirements, a.months, a.effective_from, f.name,
    {VERSION.format("a.from_edition")} AS from_version
FROM licensing_acceptance a
JOIN people_authority f ON f.id = a.from_authority_id
WHERE a.authority_id IN (SELECT authority_id FROM wanted)
    AND a.approved_at <= %(known_at)s AND a.effective_from <= %(as_at)s
ORDER BY a.authority_id, a.from_authority_id, a.course_id,
    a.effective_from DESC, a.approved_at DESC, a.id DESC
"""  # noqa: S608
# The certificates on record that count for what the licence w needs: the authority's own, and of
# others those that it accepts. Training elsewhere that another recognised was not earned there.
COUNTING = f"""LATERAL (
    SELECT c.id, c.reference, c.course_title, c.passed_on, c.valid_until, c.renew_from, c.issued_at,
        c.provider_name, a.id AS acceptance_id, a.name AS accepted_from,
        a.effective_from AS accepted_since, a.months
    FROM certificates_certificate c
    LEFT JOIN accepting a
        ON a.authority_id = w.authority_id AND a.from_authority_id = c.authority_id
        AND a.course_id = c.course_id AND w.code = ANY (a.requirements)
        AND c.provider_name = '' AND {VERSION.format("c.course_edition")} >= a.from_version
    WHERE c.learner_id = w.holder_id
        AND c.issued_at <= %(known_at)s AND c.passed_on <= %(as_at)s
        AND (c.authority_id = w.authority_id AND c.counts_for_id = w.course_id
            OR a.id IS NOT NULL)
) c"""  # noqa: S608
APPROVED = "r.approved_at <= %(known_at)s"


def in_force(*, approved: str = APPROVED, licences: str = "people_licence") -> str:
    """The statement's head, which makes the table ``needs``: a row for each licence wanted and
    rule in force for it, or one row without a rule. It says in SQL what ``applying.in_force`` says
    in Python; the rank is the order in which the rules of one authority go before each other.
    ``approved`` says which rules count, ``licences`` which table is the register."""
    return f"""
WITH asked AS ({ASKED.replace("{licences}", licences)}), candidates AS (
    SELECT r.id, r.authority_id, r.code, r.course_id, r.effective_from, r.licence_kinds,
        r.grace_days, r.due_by, r.applies_to, r.cohort_id,
        row_number() OVER (ORDER BY r.authority_id NULLS LAST,
            CASE r.applies_to WHEN 'cohort' THEN 0 WHEN 'everybody' THEN 2 ELSE 1 END,
            r.effective_from DESC, r.approved_at DESC, r.id DESC) AS rank
    FROM licensing_requirement r
    WHERE {approved} AND r.effective_from <= %(as_at)s
        AND (r.authority_id IS NULL OR r.authority_id IN (SELECT authority_id FROM asked))
), wanted AS ({WANTED}), needs AS (
    SELECT w.id AS licence_id, w.authority_id, w.authority, w.number, w.kind, w.holder_id,
        w.tenure_id, r.id AS rule_id, r.code, r.course_id, r.effective_from, r.licence_kinds,
        r.grace_days, r.due_by
    FROM wanted w
    LEFT JOIN LATERAL (
        SELECT DISTINCT ON (c.code) c.* FROM candidates c
        WHERE (c.authority_id = w.authority_id OR c.authority_id IS NULL)
            AND CASE WHEN c.applies_to = 'everybody' THEN true
                WHEN w.kind <> ALL (c.licence_kinds) THEN false
                WHEN c.applies_to = 'new' THEN w.began_on >= c.effective_from
                WHEN c.applies_to = 'existing' THEN w.began_on < c.effective_from
                ELSE EXISTS ({WAS_IN}) END
        ORDER BY c.code, c.rank
    ) r ON true
), accepting AS MATERIALIZED ({ACCEPTING})
"""  # noqa: S608
