"""Two officers at the same moment, each with a connection of their own."""

from certificates.actions.posting import confirm_posted, prepare_letters, waiting_letters
from certificates.renewal import london_day
from outbox.models import MessageEvent
from tests.certificates.reminded import day_before, sweep, without_account
from tests.certificates.together import together
from tests.factories import make_validity_rule, staff


def test_two_officers_at_once_get_one_batch_and_post_it_once(own_database, now):
    make_validity_rule()
    driver = without_account(now, number="PH-9")
    sweep(driver, 30)
    authority, today = driver.authority, day_before(driver, 30)
    officer = staff("officer", authority, now)
    batches = together(lambda: prepare_letters(authority=authority, by=officer, now=today), times=4)
    assert len(set(batches)) == 1
    facts = {
        "batch": batches[0],
        "posted": list(waiting_letters([authority]).values_list("pk", flat=True)),
        "posted_on": london_day(today),
    }
    posted = together(
        lambda: confirm_posted(authority=authority, by=officer, now=today, **facts), times=4
    )
    assert sorted(posted) == [0, 0, 0, 1]
    assert MessageEvent.objects.count() == 1
