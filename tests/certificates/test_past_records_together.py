"""Past records, with several workers and officers at the same moment."""

from datetime import date

from certificates.actions import RecognitionRefused, issue_recognised
from certificates.models import Certificate
from tests.certificates.factories import any_course
from tests.certificates.test_past_records import decide_file, enter_file, licence, row
from tests.certificates.together import together
from tests.factories import AuthorityFactory, make_validity_rule


def test_three_sweeps_issue_each_once(own_database, now):
    make_validity_rule()
    authority = AuthorityFactory()
    rows = []
    for number in range(6):
        licence(authority, f"PH-{number}")
        rows += [row(f"PH-{number}"), row(f"PH-{number}", day="2021-04-10")]
    decide_file(enter_file(authority, now, *rows).batch, now)
    together(lambda: issue_recognised(now=now), times=3)
    while issue_recognised(now=now):
        pass
    assert Certificate.objects.count() == 12
    renewed = Certificate.objects.filter(passed_on=date(2024, 4, 3))
    assert set(renewed.values_list("valid_until", flat=True)) == {date(2027, 4, 10)}


def test_same_file_from_two_officers_at_once_is_entered_once(own_database, now):
    make_validity_rule()
    authority = AuthorityFactory()
    licence(authority, "PH-1")
    any_course()

    def write():
        try:
            return enter_file(authority, now, row("PH-1")).rows
        except RecognitionRefused as refusal:
            return refusal.code

    assert sorted(map(str, together(write, times=3))) == ["1", "same_file", "same_file"]
