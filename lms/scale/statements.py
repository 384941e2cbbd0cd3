"""The statements of one batch, in the order in which life would have written its rows."""

DOMAIN = "scale.example"

# fmt: off
FIRST_NAMES = [
    "Aaliyah", "Adam", "Agnieszka", "Ahmed", "Bilal", "Carol", "Daniel", "Deepa", "Emma", "Farida",
    "Gareth", "Hassan", "Ibrahim", "Ioana", "Jerzy", "Joanne", "Karim", "Leah", "Mohamed", "Nadia",
    "Olu", "Parveen", "Qasim", "Rachel", "Samir", "Tariq", "Ursula", "Victor", "Wanda", "Yusuf",
]
LAST_NAMES = [
    "Adeyemi", "Ahmed", "Barker", "Begum", "Brown", "Costa", "Davies", "Evans", "Farah", "Green",
    "Hughes", "Hussain", "Ionescu", "Jones", "Kaur", "Khan", "Lewis", "Malik", "Nowak", "Okafor",
    "Patel", "Popescu", "Quinn", "Rahman", "Singh", "Smith", "Taylor", "Uddin", "Walker", "Yilmaz",
]
# fmt: on

TERMS = """place bigint, authority_id bigint, authority_name text, validity_rule_id bigint,
    months int, window_days int, rule_from date"""
PAPERS = "nr bigint, seed text, paper jsonb, digest text, question_id bigint, key text"
REFERENCES = "nr bigint, reference text"

# The people of the batch and what decides their terms; serial numbers are taken here at once.
PEOPLE = """
CREATE TEMPORARY TABLE scale_person ON COMMIT DROP AS
SELECT n, t.*,
    nextval(pg_get_serial_sequence('people_user', 'id')) AS user_id,
    nextval(pg_get_serial_sequence('people_learner', 'id')) AS learner_id,
    (%(first_names)s::text[])[1 + n %% cardinality(%(first_names)s::text[])] AS first_name,
    (%(last_names)s::text[])[1 + n / 7 %% cardinality(%(last_names)s::text[])] AS last_name,
    'SC-' || lpad(n::text, 7, '0') AS number,
    (ARRAY['private_hire', 'private_hire', 'private_hire', 'hackney_carriage', 'dual'])
        [1 + n / 3 %% 5] AS kind,
    CASE n / 5 %% 40 WHEN 0 THEN 'suspended' WHEN 1 THEN 'expired' WHEN 2 THEN 'surrendered'
        ELSE 'current' END AS state,
    date '1950-01-01' + (random() * 18000)::int AS born_on,
    t.rule_from + (random() * 900)::int AS first_on
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
JOIN scale_terms t ON t.place = n %% (SELECT count(*) FROM scale_terms)
"""

USERS = """
INSERT INTO people_user (id, password, is_superuser, first_name, last_name, is_staff, is_active,
    date_joined, email)
SELECT user_id, '!' || md5(random()::text), false, first_name, last_name, false, true,
    first_on - 14, 'driver' || n || '@' || %(domain)s
FROM scale_person
"""

LEARNERS = """
INSERT INTO people_learner (id, user_id, authority_id, full_name, created_at)
SELECT learner_id, user_id, authority_id, first_name || ' ' || last_name, first_on - 14
FROM scale_person
"""

LICENCES = """
INSERT INTO people_licence (authority_id, number, kind, state, full_name, date_of_birth, email,
    mobile, starts_on, expires_on, operator_reference, language, holder_id, held_from, created_at)
SELECT authority_id, number, kind, state, first_name || ' ' || last_name, born_on, '', '',
    first_on - 14, NULL, '', '', learner_id, first_on - 14, first_on - 14
FROM scale_person
"""

# A first pass for everybody; then most come back inside the renewal window, some after the end,
# some never. ``renewed`` is the last day that an early renewal counts from.
FIRST_PASSES = """
CREATE TEMPORARY TABLE scale_pass ON COMMIT DROP AS
SELECT learner_id, 1 AS round, first_on AS passed_on, NULL::date AS renewed,
    NULL::date AS valid_until, NULL::date AS renew_from
FROM scale_person WHERE first_on < %(today)s
"""

NEXT_PASSES = """
INSERT INTO scale_pass
SELECT learner_id, round, passed_on, CASE WHEN passed_on <= ended_on THEN ended_on END, NULL, NULL
FROM (
    SELECT learner_id, round + 1 AS round, valid_until AS ended_on, CASE
        WHEN chance < 0.75 THEN valid_until - (random() * (valid_until - renew_from))::int
        WHEN chance < 0.94 THEN valid_until + 1 + (random() * 60)::int END AS passed_on
    FROM (SELECT *, random() AS chance FROM scale_pass WHERE round = %(round)s - 1) AS p
) AS p
WHERE passed_on < %(today)s
"""

DATES = """
UPDATE scale_pass SET valid_until = last_on, renew_from = last_on - window_days
FROM (
    SELECT learner_id, window_days,
        (coalesce(renewed, passed_on) + make_interval(months => months))::date AS last_on
    FROM scale_pass JOIN scale_person USING (learner_id) WHERE round = %(round)s
) AS dated
WHERE scale_pass.learner_id = dated.learner_id AND round = %(round)s
"""

# One row for each pass with all that the tables below need, numbered in the order of time.
ROUNDS = """
CREATE TEMPORARY TABLE scale_round ON COMMIT DROP AS
SELECT passes.*, row_number() OVER () AS nr, gen_random_uuid() AS sitting_id,
    nextval(pg_get_serial_sequence('courses_enrolment', 'id')) AS enrolment_id,
    nextval(pg_get_serial_sequence('certificates_certificate', 'id')) AS certificate_id,
    coalesce(lead(round) OVER (PARTITION BY learner_id ORDER BY round), 0) = 0 AS is_last
FROM (
    SELECT person.*, pass.round, pass.passed_on, pass.valid_until, pass.renew_from,
        (pass.passed_on + time '08:00' + random() * interval '10 hours')
            AT TIME ZONE 'Europe/London' AS passed_at
    FROM scale_pass pass JOIN scale_person person USING (learner_id)
    ORDER BY pass.passed_on, learner_id
) AS passes
"""

ENROLMENTS = """
INSERT INTO courses_enrolment (id, learner_id, course_id, authority_id, started_at, completed_at,
    closed_at)
SELECT enrolment_id, learner_id, %(course)s, authority_id, passed_at - interval '10 days',
    passed_at - interval '1 hour', passed_at
FROM scale_round
"""

SITTINGS_OPENED = """
INSERT INTO assessments_sitting (id, learner_id, enrolment_id, course_id, authority_id, rule_id,
    seed, paper, paper_digest, question_count, started_at, deadline_at, closed_by, outcome)
SELECT r.sitting_id, r.learner_id, r.enrolment_id, %(course)s, r.authority_id, %(test_rule)s,
    p.seed, p.paper, p.digest, 1, r.passed_at - interval '8 minutes',
    r.passed_at - interval '8 minutes' + make_interval(mins => %(minutes)s), '', ''
FROM scale_round r JOIN scale_paper p ON p.nr = r.nr %% (SELECT count(*) FROM scale_paper)
WHERE r.round = %(round)s
"""

QUESTIONS_DRAWN = """
INSERT INTO assessments_drawnquestion (sitting_id, position, question_id)
SELECT r.sitting_id, 1, p.question_id
FROM scale_round r JOIN scale_paper p ON p.nr = r.nr %% (SELECT count(*) FROM scale_paper)
WHERE r.round = %(round)s
"""

ANSWERS = """
INSERT INTO assessments_answer (sitting_id, position, chosen, answered_at)
SELECT r.sitting_id, 1, p.key, r.passed_at - interval '1 minute'
FROM scale_round r JOIN scale_paper p ON p.nr = r.nr %% (SELECT count(*) FROM scale_paper)
WHERE r.round = %(round)s
"""

SITTINGS_PASSED = """
UPDATE assessments_sitting
SET closed_at = r.passed_at, closed_by = 'submit', outcome = 'passed', correct_count = 1
FROM scale_round r WHERE r.sitting_id = assessments_sitting.id AND r.round = %(round)s
"""

CERTIFICATES = """
INSERT INTO certificates_certificate (id, reference, sitting_id, learner_id, authority_id,
    course_id, counts_for_id, rule_id, holder_name, licence_number, authority_name, course_title,
    course_edition, passed_at, passed_on, valid_until, renew_from, issued_at)
SELECT r.certificate_id, f.reference, r.sitting_id, r.learner_id, r.authority_id,
    %(course)s, %(course)s, r.validity_rule_id, r.first_name || ' ' || r.last_name, r.number,
    r.authority_name, %(title)s, %(edition)s, r.passed_at, r.passed_on, r.valid_until,
    r.renew_from, r.passed_at + interval '2 seconds'
FROM scale_round r JOIN scale_reference f USING (nr)
ORDER BY r.nr
"""

ISSUES = """
INSERT INTO certificates_certificateevent (certificate_id, kind, recorded_at, effective_on, reason)
SELECT certificate_id, 'issued', passed_at + interval '2 seconds', passed_on, ''
FROM scale_round ORDER BY nr
"""

REVOCATIONS = """
INSERT INTO certificates_certificateevent (certificate_id, kind, recorded_at, effective_on, by_id,
    seconded_by_id, reason)
SELECT certificate_id, 'revoked', passed_at + interval '3 hours', passed_on, %(by)s,
    %(seconded_by)s, 'Somebody else sat the test.'
FROM scale_round WHERE is_last AND n %% 400 = 0 ORDER BY nr
"""

ONCE = (PEOPLE, USERS, LEARNERS, LICENCES, FIRST_PASSES)
OF_EACH_SITTING = (SITTINGS_OPENED, QUESTIONS_DRAWN, ANSWERS, SITTINGS_PASSED)
AT_LAST = (CERTIFICATES, ISSUES, REVOCATIONS)
