import pytest
from hypothesis import given

from assessments.importers.labels import category, topic
from tests.assessments.importers.items import SLUGS


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("$course$/top/Default for Safeguarding/Spotting the Signs", "spotting-the-signs"),
        ("$course$/top", ""),
        ("$course$", ""),
        ("$module$/top/Signs", "Signs"),
        ("top/signs", "signs"),
        ("signs", "signs"),
        ("$course$/top/A//B and C", "a-b-and-c"),
        ("$course$/top/Équipe: été", "equipe-ete"),
        ("$course$/top/respond_2", "respond_2"),
        ("", ""),
        ("/", ""),
    ],
)
def test_topic_is_the_last_step_of_a_category(path, slug):
    assert topic(path) == slug


@given(SLUGS)
def test_category_of_a_topic_is_read_as_that_topic(slug):
    assert topic(category(slug)) == slug
