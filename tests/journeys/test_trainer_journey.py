"""A trainer starts a group, adds a driver, reads the figures and takes them away."""

import pytest

from tests.journeys.driver import Driver, Inspector

pytestmark = [pytest.mark.browser, pytest.mark.processes]


class Trainer(Driver):
    """The staff site draws its menu with scripts, so only what is in ``main`` is looked at."""

    def look(self, picture: str = "") -> None:
        self.page.wait_for_load_state()
        found = self.inspector.axe.run(self.page, context="main").response["violations"]
        self.inspector.faults += [
            f"{self.page.url}: {rule['id']}: {rule['nodes'][0]['html']}" for rule in found
        ]

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.look()


@pytest.fixture
def trainer(browser, site):
    trainer = Trainer(browser, site, Inspector(browser))
    context = browser.new_context(base_url=site.url, accept_downloads=True)
    trainer.page = context.new_page()
    trainer.page.set_default_timeout(10_000)
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
