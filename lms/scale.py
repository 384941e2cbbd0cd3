"""A large invented data set, made in the database itself: people, rounds, passes, certificates.

Everything is inserted in the order in which life would have, so every constraint and trigger
judges it: a sitting is opened, answered, closed, and only then certified. Papers hold one question,
lessons leave no trace; in all else a seeded pass is like any other.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from certificates import reference

BATCH = 50_000  # Learners in one transaction; the memory needed is that of one batch.
ROUNDS = 4  # At most so many certificates for one learner since the rules began.
DOMAIN = "scale.example"

PEOPLE = """
CREATE TEMPORARY TABLE seed_person ON COMMIT DROP AS
SELECT n, terms.*,
    nextval(pg_get_serial_sequence('people_user', 'id')) AS user_id,
    nextval(pg_get_serial_sequence('people_learner', 'id')) AS learner_id,
    (%(first_names)s::text[])[1 + mod(n, 20)] || ' '
        || (%(last_names)s::text[])[1 + mod(n / 20, 20)] AS full_name,
    'SC-' || lpad(n::text, 7, '0') AS number,
    (ARRAY['private_hire', 'private_hire', 'private_hire', 'hackney_carriage', 'dual'])
        [1 + mod(n / 7, 5)] AS kind,
    (ARRAY['suspended', 'expired', 'surrendered'] || array_fill('current'::text, ARRAY[37]))
        [1 + mod(n / 11, 40)] AS state,
    date '1950-01-01' + floor(random() * 18000)::int AS born,
    terms.rule_from + floor(random() * %(first_days)s)::int AS first_on
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
JOIN seed_terms AS terms ON terms.nr = mod(n, (SELECT count(*) FROM seed_terms))
"""
