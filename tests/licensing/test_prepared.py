"""Statements that are planned once: the same answers, errors and counts as any other."""

from concurrent.futures import ThreadPoolExecutor

import pghistory
import pytest
from django.db import ProgrammingError, connection

from licensing import answers
from licensing.prepared import Statement
from people.models import Authority
from tests.licensing.factories import make_licence
from tests.licensing.test_answers_plan import NOW, TODAY

pytestmark = pytest.mark.django_db

NAMED = Statement("SELECT code FROM people_authority WHERE id = %(id)s AND %(id)s = id")
MANY = 12


def plans():
    """How often each kind of plan was used for the question by numbers on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = %s",
            [answers.OF_NUMBERS.text],
        )
        return cursor.fetchall()


def test_values_go_where_their_names_stand(authority):
    other = Authority.objects.create(code="OTHER-1", name="Other Council")

    assert (NAMED.rows(id=authority.pk), NAMED.rows(id=other.pk)) == (
        [(authority.code,)],
        [("OTHER-1",)],
    )


def test_one_plan_serves_every_licence(authority, requirement):
    numbers = [make_licence(authority, number=f"PH-{place}").number for place in range(MANY)]

    for number in numbers:
        found = answers.training_status(
            authority=authority, number=number, as_at=TODAY, known_at=NOW
        )
        assert found.licence_number == number

    assert plans() == [(MANY, 0)]  # Of which values decide nothing, and of which they do.


def test_history_may_be_watched_meanwhile(authority):
    with pghistory.context(register="some.csv"):
        assert NAMED.rows(id=authority.pk) == [(authority.code,)]


def test_its_errors_are_those_of_the_framework(db):
    with pytest.raises(ProgrammingError):
        Statement("SELECT nothing FROM nowhere WHERE id = %(id)s").rows(id=1)


@pytest.mark.parametrize(
    "change",
    [b"ALTER TABLE changing ALTER code TYPE varchar(33)", b"DEALLOCATE ALL"],
    ids=["a migration changed a column", "the server forgot"],
)
def test_statement_that_is_out_of_date_is_prepared_anew(db, change):
    with ThreadPoolExecutor(1) as pool:  # A thread has a connection without a transaction.
        found = pool.submit(asked_before_and_after, change).result()

    assert found == [[("NB",)]] * 3


def asked_before_and_after(change):
    asked = Statement("SELECT code FROM changing WHERE id = %(id)s")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE changing AS SELECT 1 AS id, 'NB'::varchar(9) AS code"
        )
    try:
        before = asked.rows(id=1)
        connection.connection.pgconn.exec_(change)  # Past the driver, which would notice.
        return [before, asked.rows(id=1), asked.rows(id=1)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE changing")
        connection.close()
