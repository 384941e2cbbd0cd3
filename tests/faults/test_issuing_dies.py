"""Issuing that dies at any moment leaves nothing half done, and nothing twice."""

import os
import subprocess
import sys

import pytest

from tests.databases import ROOT, clone, connect, drop, ensure_template, url_of

pytestmark = pytest.mark.processes

# Per pass: certificates, events of the issue, files whose digest is true, and messages.
WHOLE = """
SELECT count(*),
    count(*) FILTER (WHERE
        (SELECT count(*) FROM certificates_certificate c WHERE c.sitting_id = s.id) = 1
        AND (SELECT count(*) FROM certificates_certificate c
            JOIN certificates_certificateevent e ON e.certificate_id = c.id
            WHERE c.sitting_id = s.id) = 1
        AND (SELECT count(*) FROM certificates_certificate c
            JOIN certificates_certificatedocument d ON d.certificate_id = c.id
            WHERE c.sitting_id = s.id AND encode(sha256(d.pdf), 'hex') = d.pdf_digest) = 1
        AND (SELECT count(*) FROM certificates_certificate c
            JOIN outbox_message m ON m.key = 'certificate:' || c.reference || ':issued'
            WHERE c.sitting_id = s.id) = 1),
    (SELECT count(*) FROM outbox_message),
    (SELECT count(*) FROM certificates_issuingproblem)
FROM assessments_sitting s WHERE s.result = 'passed'
"""


@pytest.fixture
def database():
    name = f"dying_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    clone(ensure_template(), name)
    yield name
    drop(name)


def dying(database, how):
    """How many children died; whatever they left was then swept up."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.dying", how],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": url_of(database),
            "DJANGO_SETTINGS_MODULE": "lms.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    first, second, died = map(int, done.stdout.split())
    assert (first >= 1, second) == (True, 0)
    with connect(database) as connection:
        passes, whole, messages, problems = connection.execute(WHOLE).fetchone()
    assert (whole, messages, problems) == (passes, passes, 0)
    return died


@pytest.mark.parametrize(
    ("how", "at_least"), [("lines", 8), ("statements", 12), ("cuts", 6), ("commits", 2)]
)
def test_end_at_any_moment_leaves_one_certificate_for_each_pass(database, how, at_least):
    assert dying(database, how) >= at_least
