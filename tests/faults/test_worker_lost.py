"""A pass is never lost and never doubled, whatever happens to the worker or the queue."""

import signal
import textwrap

import pytest
import redis

from tests.databases import admin_connection, connect
from tests.site import running_site, wait_for

pytestmark = pytest.mark.processes

PASS = textwrap.dedent(
    """
    from django.utils import timezone
    from assessments import actions
    from courses.models import CoursePage, LessonPage
    from courses.actions import enrol
    from lms.demo.history import take_lesson
    from people.models import Learner
    now = timezone.now()
    learner = Learner.objects.get(user__email="new.driver@demo.example")
    course = CoursePage.objects.original().get(slug="safeguarding")
    round = enrol(learner=learner, course=course, now=now)
    for lesson in course.lessons():
        take_lesson(round, LessonPage.objects.get(pk=lesson.pk), now=now)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    for place, question in enumerate(sitting.paper["questions"], start=1):
        token = question["key"]
        actions.give_answer(sitting=sitting, position=place, option_tokens=[token], now=now)
    print(actions.submit(sitting=sitting, now=now).outcome)
    """
)


def certificates(site):
    """How many certificates with their files the newly passed driver holds."""
    with connect(site.database) as connection:
        return connection.execute(
            "SELECT count(*) FROM certificates_certificate c"
            " JOIN certificates_certificatedocument d ON d.certificate_id = c.id"
            " JOIN people_learner l ON l.id = c.learner_id"
            " JOIN people_user u ON u.id = l.user_id WHERE u.email = 'new.driver@demo.example'"
        ).fetchone()[0]


def pass_the_test(site):
    assert "passed" in site.manage("shell", "-v", "0", "-c", PASS)


def assert_settled(site):
    """Work goes on around the pass, and still there is one certificate."""
    wait_for(lambda: certificates(site), what="the certificate")
    site.manage(
        "shell", "-v", "0", "-c", "from certificates.tasks import *; issue_missing_certificates()"
    )
    assert certificates(site) == 1
    site.manage("check_records")


def test_worker_killed_before_the_pass_and_started_after_it_issues_one_certificate():
    with running_site("worker") as site:
        site.end("worker", signal.SIGKILL)
        pass_the_test(site)
        assert certificates(site) == 0
        site.start("worker")
        assert_settled(site)


def test_queue_emptied_after_the_pass_leaves_the_certificate_to_the_sweep():
    with running_site() as site:
        pass_the_test(site)
        with redis.Redis.from_url(site.redis_url) as server:
            server.flushdb()
        site.start("worker")
        site.start("beat")
        assert_settled(site)


def test_redis_gone_at_the_moment_of_the_pass_loses_nothing():
    with running_site() as site:
        here, site.env["REDIS_URL"] = site.env["REDIS_URL"], "redis://127.0.0.1:1/0"
        pass_the_test(site)
        site.env["REDIS_URL"] = here
        site.start("worker")
        site.start("beat")
        assert_settled(site)


DELIVER_AGAIN = textwrap.dedent(
    """
    from assessments.models import Sitting
    from certificates.tasks import issue_certificate
    sitting = Sitting.objects.get(learner__user__email="new.driver@demo.example")
    for _ in range(3):
        issue_certificate.delay(str(sitting.pk))
    """
)


def cut_all_connections(site):
    """What a restarted PostgreSQL does to whoever was connected."""
    with admin_connection() as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [site.database],
        )


def test_message_delivered_four_times_over_cut_connections_issues_one_certificate():
    with running_site("worker") as site:
        pass_the_test(site)
        wait_for(lambda: certificates(site), what="the certificate")
        cut_all_connections(site)
        site.manage("shell", "-v", "0", "-c", DELIVER_AGAIN)
        with redis.Redis.from_url(site.redis_url) as server:
            wait_for(lambda: not server.llen("celery"), what="the queue to be empty")
        assert_settled(site)
