import pytest

from tests.certificates.conftest import own_database
from tests.factories import LearnerFactory, make_course

__all__ = ["own_database"]


@pytest.fixture
def course():
    """Two lessons of two screens; the second of each holds a check."""
    return make_course()


@pytest.fixture
def learner(client):
    """Somebody in training, signed in."""
    learner = LearnerFactory()
    client.force_login(learner.user)
    return learner


@pytest.fixture
def started(client, course, learner):
    """The same person, on the course."""
    client.post(course.url)
    return learner
