"""From a pass to its certificate: the signal wakes a task, and the sweeps need no signal."""

import time
from collections.abc import Iterator

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker

from assessments.models import Sitting
from assessments.signals import attempt_passed
from certificates import tasks
from certificates.models import Certificate, Reminder
from lms.celery import app as our_app
from tests.certificates.factories import make_certificate, make_sitting
from tests.factories import make_validity_rule


@pytest.fixture
def queue(request) -> Iterator[Celery]:
    """Tasks go to a queue of this test's own, under the settings of the site."""
    app = Celery("own", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = request.param
    app.conf.broker_transport_options = (
        our_app.conf.broker_transport_options if request.param.startswith("redis") else {}
    )
    app.set_current()
    yield app
    our_app.set_current()
    app.close()


def announce(sitting):
    return attempt_passed.send_robust(sender=Sitting, sitting_id=sitting.pk)


@pytest.mark.parametrize("queue", ["memory://"], indirect=True)
def test_pass_wakes_a_worker_that_issues_its_certificate(queue, own_database, now):
    make_validity_rule()
    sitting = make_sitting(at=now)
    with start_worker(queue, perform_ping_check=False, shutdown_timeout=30):
        announce(sitting)
        deadline = time.monotonic() + 20
        while not Certificate.objects.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert Certificate.objects.get().sitting == sitting


@pytest.mark.django_db
@pytest.mark.parametrize("queue", ["redis://127.0.0.1:1/0"], indirect=True)
def test_queue_that_is_away_troubles_nobody_for_long(queue, rule, now, caplog):
    sitting = make_sitting(at=now)
    began = time.monotonic()
    ((_, answer),) = announce(sitting)
    assert time.monotonic() - began < 10  # It gives up; it does not wait for Redis.
    assert answer is None
    assert f"sitting {sitting.pk} waits for the sweep" in caplog.text


@pytest.mark.django_db
def test_task_issues_the_certificate_of_its_sitting(rule, now):
    sitting = make_sitting(at=now)
    tasks.issue_certificate(str(sitting.pk))
    assert Certificate.objects.get().sitting == sitting


@pytest.mark.django_db
def test_task_run_twice_issues_one(rule, now):
    sitting = make_sitting(at=now)
    for _ in range(2):
        tasks.issue_certificate(str(sitting.pk))
    assert Certificate.objects.count() == 1


@pytest.mark.django_db
def test_sweep_finds_the_pass_whose_task_was_lost(rule, now):
    sitting = make_sitting(at=now)
    tasks.issue_missing_certificates()
    assert Certificate.objects.get().sitting == sitting


@pytest.mark.django_db
def test_quick_sweep_looks_at_the_last_days_only(rule, now, today_is):
    make_sitting(at=now.replace(day=19))
    recent = make_sitting(at=now.replace(day=21))
    tasks.issue_missing_certificates(days=2)
    assert Certificate.objects.get().sitting == recent


@pytest.mark.django_db
def test_reminders_are_queued_for_the_day_of_the_clock(rule, today_is, now):
    today_is(make_certificate(at=now).passed_at.replace(year=2029))
    tasks.queue_due_reminders()
    assert Reminder.objects.get().notice == 1


def test_task_is_acknowledged_late():
    assert tasks.issue_certificate.acks_late
