"""A trainer starts a group, adds a driver, reads the figures and takes them away."""

import pytest

from tests.journeys.driver import Staff

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def trainer(browser, site):
    trainer = Staff(browser, site)
    trainer.sign_in("trainer@demo.example")
    return trainer


def test_trainer_keeps_a_group_and_reads_its_figures(trainer):
    page = trainer.page
    trainer.open("/staff/training/cohorts/new/")
    page.get_by_label("Name").fill("Evening drivers")
    page.get_by_label("Course").select_option(label="Safeguarding for licensed drivers")
    page.get_by_label("Finish by").fill("2099-03-01")
    trainer.press("Save")

    page.get_by_label("Email addresses").fill("PH-1001\nPH-2001")
    trainer.press("Add these people")
    trainer.look()
    assert "1 person was added." in page.inner_text("main")

    trainer.follow("Go to the group")
    trainer.look()
    assert "Amina Yusuf" in page.inner_text("main")
    assert page.get_by_role("img", name="People in each state").count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this table as CSV").first.click()
    assert download.value.suggested_filename.startswith("evening-drivers-people-")

    page.get_by_role("link", name="Take out Amina Yusuf").click()
    trainer.look()
    trainer.press("Take out")
    assert "There is nobody in this group yet." in page.inner_text("main")

    trainer.open("/staff/training/")
    trainer.open("/staff/training/courses/")
    trainer.follow("Safeguarding for licensed drivers")
    trainer.look()
    assert trainer.inspector.faults == []
