"""The staff door of the contact directory and the word list."""

import pytest
from django.urls import reverse

from tests.courses.training import Role, staff
from tests.factories import AuthorityFactory, LearnerFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("kind", "role"), [("contact", "reviewer"), ("glossaryword", "author")])
def test_owner_is_chosen_among_ones_own_trainers_alone(client, now, kind, role):
    authority = AuthorityFactory()
    driver, other = LearnerFactory().user, staff(Role.AUTHOR, AuthorityFactory(), now)
    own = staff(Role(role), authority, now)
    client.force_login(own)
    page = client.get(reverse(f"wagtailsnippets_courses_{kind}:add")).content.decode()
    assert own.email in page
    assert driver.email not in page
    assert other.email not in page
