"""People in the register, the sweep on a day, and what providers say of a message."""

from datetime import timedelta

from certificates.actions import queue_due_reminders
from outbox.models import Message, MessageEvent
from people.models import Learner
from tests.certificates.factories import give_licence, make_certificate, noon
from tests.factories import LONG_AGO, AuthorityFactory

Kind = MessageEvent.Kind
MOBILE, NUMBER = "07700 900123", "+447700900123"


def sweep(certificate, ahead, **options):
    """The sweep on the day that is ``ahead`` days before the certificate's last."""
    return queue_due_reminders(now=day_before(certificate, ahead), **options)


def day_before(certificate, ahead):
    return noon(certificate.valid_until - timedelta(days=ahead))


def without_account(now, **licence):
    """A certificate of somebody whom only the register knows."""
    learner = Learner.objects.create(
        authority=AuthorityFactory(), full_name="Bo Example", created_at=LONG_AGO
    )
    give_licence(learner, **licence)
    return make_certificate(at=now, learner=learner)


def came_back(message, at, *, kind=Kind.BOUNCED, detail="permanent-failure"):
    """The provider took the message and it could not be delivered, or would not take it."""
    mark = {"sent_at": at} if kind == Kind.BOUNCED else {"failed_at": at}
    Message.objects.filter(pk=message.pk).update(tries=1, **mark)
    return MessageEvent.objects.create(message=message, kind=kind, at=at, detail=detail)


def messages(certificate):
    """Of the reminders, oldest first."""
    key = f"reminder:{certificate.reference}:"
    return list(Message.objects.filter(key__startswith=key).order_by("pk"))


def ways(certificate):
    return [(message.channel, message.to) for message in messages(certificate)]
