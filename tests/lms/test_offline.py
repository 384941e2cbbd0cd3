"""What a phone needs so that lessons go on without a line. The phone itself: tests/journeys."""

import pytest
from django.urls import reverse

from courses.perms import reader_reference
from lms import offline
from tests.factories import LearnerFactory

pytestmark = pytest.mark.django_db


def test_worker_is_open_to_everybody_and_asked_for_anew_each_time(client):
    response = client.get("/service-worker.js")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/javascript"
    assert response["Cache-Control"] == "no-cache"


def test_worker_names_its_version_and_what_pages_are_shown_with(client):
    script = client.get(reverse("service_worker")).content.decode()
    assert offline.version() in script
    for name in ("site.css", "site.js", "offline/page.js", "offline/worker.js", "/offline/"):
        assert name in script


def test_version_changes_with_a_file(settings, tmp_path):
    before = offline.version()
    (tmp_path / "site.js").write_text("// Changed.")
    settings.STATICFILES_DIRS = [tmp_path]
    offline.version.cache_clear()
    try:
        assert offline.version() != before
    finally:
        offline.version.cache_clear()


def test_page_that_stands_in_is_made_for_nobody(client):
    client.force_login(LearnerFactory(full_name="Ade Example").user)
    page = client.get(reverse("offline")).content.decode()
    assert "You are offline" in page
    assert "data-reader" not in page
    assert "Sign out" not in page


def test_pages_of_somebody_in_training_keep_what_is_done_without_a_line(client):
    learner = LearnerFactory()
    client.force_login(learner.user)
    page = client.get(reverse("privacy")).content.decode()
    assert f'data-reader="{reader_reference(learner)}"' in page
    assert f'data-version="{offline.version()}"' in page


def test_pages_of_anybody_else_do_not(client):
    assert "data-reader" not in client.get(reverse("privacy")).content.decode()
