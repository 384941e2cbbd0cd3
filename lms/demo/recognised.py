"""Gives one invented driver, who has no account, training that another provider taught."""

from datetime import date, datetime, time, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from certificates.actions import Told, decide_evidence, enter_evidence
from certificates.models import Evidence
from certificates.recognition import Answer, Checked, points_for
from certificates.renewal import LONDON
from certificates.uploads import document
from courses.models import CoursePage
from lms.demo.people import WITHOUT_ACCOUNT
from people.models import Authority, Licence, User

PASSED_AGO = timedelta(days=400)
ENTERED_AGO = timedelta(days=30)
PROVIDER, TITLE, NUMBER = "Fellbridge Training (invented)", "Taxi safeguarding day", "FT-2041"


def load_recognised(
    authority: Authority, course: CoursePage, *, entered_by: User, decided_by: User, today: date
) -> None:
    """Enter it and accept it, through the actions by which officers do; made once."""
    _, number, name, _ = WITHOUT_ACCOUNT
    if Evidence.objects.filter(authority=authority, licence_number=number).exists():
        return
    passed_on = today - PASSED_AGO
    entered_at = datetime.combine(today - ENTERED_AGO, time(10), tzinfo=LONDON)
    evidence = enter_evidence(
        licence=Licence.objects.get(authority=authority, number=number),
        course=course,
        told=Told(
            kind="elsewhere",
            provider_name=PROVIDER,
            course_name=TITLE,
            their_reference=NUMBER,
            passed_on=passed_on,
            identity_method="Photo ID seen by the trainer",
        ),
        document=document("certificate.png", _picture(name, passed_on)),
        by=entered_by,
        now=entered_at,
    )
    decide_evidence(
        evidence=evidence,
        accept=True,
        answers={
            point.code: Checked(Answer.YES, "Confirmed by the provider by telephone.")
            for point in points_for(evidence.kind)
        },
        reason="",
        by=decided_by,
        now=entered_at + timedelta(days=1),
    )


def _picture(name: str, passed_on: date) -> bytes:
    """What the provider might have handed out; an invented one."""
    picture, file = Image.new("RGB", (640, 400), "white"), BytesIO()
    lines = [PROVIDER, TITLE, f"{name} passed on {passed_on:%d/%m/%Y}", f"Number {NUMBER}"]
    ImageDraw.Draw(picture).multiline_text((60, 80), "\n\n".join(lines), fill="black")
    picture.save(file, "PNG")
    return file.getvalue()
