"""What runs by the clock, and how often. Seconds, or London times (``CELERY_TIMEZONE``)."""

from typing import Any

from celery.schedules import crontab

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "relay-messages": {
        "task": "outbox.tasks.relay_messages",
        "schedule": 5.0,
        "options": {"expires": 5},  # A tick that waited is one too many: the next is here.
    },
    "collect-receipts": {
        "task": "outbox.tasks.collect_receipts",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "empty-old-messages": {
        "task": "outbox.tasks.empty_old_messages",
        "schedule": crontab(hour=2, minute=30),
    },
    "close-expired-sittings": {
        "task": "assessments.tasks.close_expired_sittings",
        "schedule": 30.0,
    },
    "rescore-new": {"task": "assessments.tasks.rescore_withdrawn", "schedule": 60.0, "args": (2,)},
    "rescore": {"task": "assessments.tasks.rescore_withdrawn", "schedule": crontab(hour=4)},
    "issue-recent-certificates": {
        "task": "certificates.tasks.issue_missing_certificates",
        "schedule": 10.0,
        "kwargs": {"days": 2},  # Cheap; the full run below misses nothing.
    },
    "issue-missing-certificates": {
        "task": "certificates.tasks.issue_missing_certificates",
        "schedule": 600.0,
    },
    "issue-recognised-lately": {
        "task": "certificates.tasks.issue_recognised",
        "schedule": 10.0,
        "kwargs": {"days": 2},
    },
    "issue-recognised": {"task": "certificates.tasks.issue_recognised", "schedule": 600.0},
    "carry-over-lately": {
        "task": "certificates.tasks.carry_over",
        "schedule": 10.0,
        "kwargs": {"days": 2},
    },
    "carry-over": {"task": "certificates.tasks.carry_over", "schedule": 600.0},
    "clear-expired-tokens": {
        "task": "licensing.tasks.clear_expired_tokens",
        "schedule": crontab(hour=3, minute=30),
    },
    "drop-kept-answers": {
        "task": "licensing.tasks.drop_kept_answers",
        "schedule": crontab(minute=20),
    },
    "advance-feeds": {"task": "licensing.tasks.advance_feeds", "schedule": 10.0},
    "work-out-trends": {
        "task": "licensing.tasks.work_out_trends",
        "schedule": crontab(minute=10),
    },
    "notice-changes": {
        "task": "licensing.tasks.notice_changes",
        "schedule": crontab(day_of_week="mon", hour=5, minute=30),
    },
    "work-on-packs": {"task": "licensing.tasks.work_on_packs", "schedule": 60.0},
    "draw-rechecks": {"task": "licensing.tasks.draw_rechecks", "schedule": 30.0},
    "relay-webhooks": {"task": "licensing.tasks.relay_webhooks", "schedule": 5.0},
    "item-statistics": {"task": "assessments.tasks.work_out_statistics", "schedule": crontab(0, 2)},
    "find-signals": {"task": "assessments.tasks.find_signals", "schedule": crontab(0, 4)},
    "work-on-register-files": {"task": "people.tasks.work_on_uploads", "schedule": 60.0},
    "forget-register-files": {
        "task": "people.tasks.forget_uploaded_files",
        "schedule": crontab(hour=4, minute=10),
    },
    "publish-scheduled": {"task": "courses.tasks.publish_scheduled", "schedule": 60.0},
    "write-to-owners": {
        "task": "lms.tasks.write_to_owners",
        "schedule": crontab(hour=7, minute=30),
    },
    # By day, so that no telephone rings at night. One run of the day looks at everything.
    "queue-due-reminders": {
        "task": "certificates.tasks.queue_due_reminders",
        "schedule": crontab(hour=8, minute=0),
    },
    "queue-reminders-of-the-day": {
        "task": "certificates.tasks.queue_due_reminders",
        "schedule": crontab(hour="9-18", minute=0),
        "args": (2,),
    },
    "send-reminders-instead": {
        "task": "certificates.tasks.send_reminders_instead",
        "schedule": crontab(hour="8-18", minute="*/10"),
    },
}
