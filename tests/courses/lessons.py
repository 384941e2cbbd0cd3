"""What tests of lessons do again and again."""

from uuid import NAMESPACE_URL, uuid5

from courses.models import Approval, Enrolment, LessonPage
from tests.factories import UserFactory


def lessons(course):
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


def write(lesson, *contents, **fields):
    """Publish the lesson afresh: one screen for each list of (kind, value) of ``contents``."""
    if contents:
        lesson.screens = [
            {
                "type": "screen",
                "id": str(uuid5(NAMESPACE_URL, f"{lesson.pk}/{number}")),
                "value": {
                    "heading": f"Screen {number}",
                    "content": [
                        {"type": kind, "value": value, "id": str(uuid5(NAMESPACE_URL, f"{place}"))}
                        for place, (kind, value) in enumerate(content)
                    ],
                },
            }
            for number, content in enumerate(contents, start=1)
        ]
    for name, value in fields.items():
        setattr(lesson, name, value)
    lesson.save()
    lesson.save_revision().publish()
    return LessonPage.objects.get(pk=lesson.pk)


def change_materially(lesson, note, *, now, publish=True):
    """A change that whoever has not passed yet must read, approved and, if so asked, live."""
    revision = LessonPage.objects.get(pk=lesson.pk).save_revision()
    Approval.objects.create(
        revision=revision,
        lesson=lesson,
        material=True,
        change_note=note,
        approved_by=UserFactory(),
        approved_at=now,
    )
    if publish:
        revision.publish()
        lesson.refresh_from_db()
    return revision


def check_on(lesson, number=2):
    return str(lesson.outline()[number - 1].check_ids[0])


def answer(client, lesson, option, **headers):
    """Try the check on the second screen."""
    check = check_on(lesson)
    fields = {"check": check, f"{check}-option": option}
    return client.post(lesson.url + "?screen=2", fields, headers=headers)


def go_on(client, lesson, number=1, **fields):
    return client.post(f"{lesson.url}?screen={number}", fields)


def finish(client, lesson):
    """Go through a lesson of two screens."""
    go_on(client, lesson)
    answer(client, lesson, 0)
    return go_on(client, lesson, 2)


def text(client, lesson, number="", **headers):
    address = f"{lesson.url}?screen={number}"
    return client.get(address, headers=headers).content.decode()


def the_round(course):
    return Enrolment.objects.get(course=course, closed_at=None)
