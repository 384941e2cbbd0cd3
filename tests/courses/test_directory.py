"""The staff door of the contact directory and the word list."""

import pytest
from django.urls import reverse

from courses.models import Contact
from tests.courses.training import Role
from tests.factories import AuthorityFactory, LearnerFactory, staff

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


def test_owner_who_has_left_stays_until_another_is_chosen(client, now):
    authority = AuthorityFactory()
    left, own = LearnerFactory().user, staff(Role.REVIEWER, authority, now)
    contact = Contact.objects.create(key="c", name="Old", use_when="x", source="x", keeper=left)
    client.force_login(own)
    address = reverse("wagtailsnippets_courses_contact:edit", args=[contact.pk])
    form = client.get(address).context["form"]
    kept = {name: form[name].value() or "" for name in form.fields if form[name].value()}
    client.post(address, {**kept, "name": "New"})
    contact.refresh_from_db()
    assert (contact.name, contact.keeper) == ("New", left)
