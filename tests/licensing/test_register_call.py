"""PUT /api/v1/licences/{number}: one licence into the register, once for each key (I33)."""

from datetime import timedelta

import pytest
import time_machine

from licensing.actions import drop_kept_answers
from licensing.models import KeptAnswer, Scope
from people.models import Licence, RegisterDoubt
from tests.certificates.together import together
from tests.conftest import NOON
from tests.factories import AuthorityFactory
from tests.licensing.conftest import FAR_OFF
from tests.licensing.factories import give_token, make_client, make_licence

PATH = "/licences/PH-77"
FACTS = {
    "licence_kind": "private_hire",
    "full_name": "Bea Example",
    "date_of_birth": "1985-05-06",
    "licence_state": "current",
}
KEY = {"Idempotency-Key": "key-1"}


@pytest.mark.django_db
@pytest.mark.usefixtures("at_noon")
class TestCall:
    def test_new_licence_is_entered(self, call, authority):
        response = call("put", PATH, FACTS)

        assert (response.status_code, response.json()) == (
            200,
            {"licence_number": "PH-77", "outcome": "created"},
        )
        licence = Licence.objects.get()
        assert (licence.authority, licence.full_name) == (authority, "Bea Example")

    def test_same_again_changes_nothing(self, call):
        call("put", PATH, FACTS)

        assert call("put", PATH, FACTS).json()["outcome"] == "unchanged"

    def test_what_is_left_out_stays(self, call):
        call("put", PATH, {**FACTS, "email": "bea@example.org"})

        answer = call("put", PATH, {**FACTS, "licence_state": "suspended"}).json()

        licence = Licence.objects.get()
        assert answer["outcome"] == "updated"
        assert (licence.state, licence.email) == ("suspended", "bea@example.org")

    def test_empty_text_empties(self, call):
        call("put", PATH, {**FACTS, "licence_expiry": "2029-03-31", "email": "bea@example.org"})
        call("put", PATH, {**FACTS, "licence_expiry": "", "email": ""})

        licence = Licence.objects.get()
        assert (licence.expires_on, licence.email) == (None, "")

    def test_other_person_under_the_number_waits_for_an_officer(self, call):
        call("put", PATH, FACTS)

        other = {**FACTS, "full_name": "Cy Other", "date_of_birth": "1990-01-01"}
        response = call("put", PATH, other, headers=KEY)

        assert response.status_code == 409
        assert response.json()["type"].endswith(":waits-for-officer")
        assert Licence.objects.get().full_name == "Bea Example"
        assert RegisterDoubt.objects.count() == 1
        assert call("put", PATH, other, headers=KEY).status_code == 409

    @pytest.mark.parametrize(
        ("change", "parameter"),
        [
            ({"licence_kind": "taxi"}, "licence_kind"),
            ({"date_of_birth": "06-05-1985"}, "date_of_birth"),
            ({"date_of_birth": "06/05/1985"}, "date_of_birth"),
            ({"licence_start": "2026-02-30"}, "licence_start"),
            ({"licence_start": 20260201}, "licence_start"),
            ({"date_of_birth": "2030-01-01"}, "date_of_birth"),
            ({"full_name": ""}, "full_name"),
            ({"full_name": "A\x00"}, "full_name"),
            ({"full_name": None}, "full_name"),
            ({"email": "nobody"}, "email"),
            ({"authority": "DEMO-WV"}, "authority"),
            ({"holder": 1}, "holder"),
            ({"licence_number": "PH-78"}, "licence_number"),
        ],
    )
    def test_fact_that_cannot_be_taken_is_refused_by_name(self, call, change, parameter):
        response = call("put", PATH, {**FACTS, **change})

        assert response.status_code == 422
        assert [error["parameter"] for error in response.json()["errors"]] == [parameter]
        assert not Licence.objects.exists()

    @pytest.mark.parametrize("number", ["%00", "%20", "X" * 41, "PH%7F1", "PH%C3%A91"])
    def test_number_that_no_register_can_hold_is_refused(self, call, number):
        response = call("put", f"/licences/{number}", FACTS)

        assert response.status_code == 422

    def test_number_with_a_slash_is_entered(self, call):
        call("put", "/licences/PH/7", FACTS)

        assert Licence.objects.get().number == "PH/7"

    def test_each_authority_writes_its_own_register(self, call, other_authority):
        foreign = make_licence(other_authority, "PH-77")

        assert call("put", PATH, FACTS).json()["outcome"] == "created"
        foreign.refresh_from_db()
        assert foreign.full_name == "Ade Example"

    def test_key_sent_twice_has_one_effect_and_one_answer(self, call):
        first = call("put", PATH, FACTS, headers=KEY)
        Licence.objects.update(full_name="Changed Meanwhile")
        again = call("put", PATH, FACTS, headers=KEY)

        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.json()["outcome"] == "created"
        assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
        assert Licence.objects.get().full_name == "Changed Meanwhile"

    @pytest.mark.parametrize(
        ("path", "facts"), [(PATH, {**FACTS, "full_name": "Other"}), ("/licences/PH-78", FACTS)]
    )
    def test_key_of_another_call_is_refused(self, call, path, facts):
        call("put", PATH, FACTS, headers=KEY)

        response = call("put", path, facts, headers=KEY)

        assert response.status_code == 422
        assert response.json()["type"].endswith(":idempotency-key-reused")
        assert Licence.objects.count() == 1

    def test_keys_of_two_clients_are_two_keys(self, call, authority):
        other = make_client(authority, scopes=Scope.values)
        call("put", PATH, FACTS, headers=KEY)

        response = call("put", "/licences/PH-78", {**FACTS, "full_name": "Di Other",
                        "date_of_birth": "1991-01-01"}, headers=KEY, by=other)  # fmt: skip

        assert response.json()["outcome"] == "created"

    def test_refused_call_leaves_its_key_free(self, call):
        call("put", PATH, {**FACTS, "licence_kind": "taxi"}, headers=KEY)

        assert not KeptAnswer.objects.exists()
        assert call("put", PATH, FACTS, headers=KEY).status_code == 200

    @pytest.mark.parametrize(
        ("later", "outcome"),
        [(timedelta(days=1, seconds=-1), "created"), (timedelta(days=1), "unchanged")],
    )
    def test_key_is_good_for_a_day(self, call, time_machine_at, later, outcome):
        call("put", PATH, FACTS, headers=KEY)
        time_machine_at(NOON + later)

        assert call("put", PATH, FACTS, headers=KEY).json()["outcome"] == outcome

    def test_old_answers_are_forgotten(self, call):
        call("put", PATH, FACTS, headers=KEY)

        assert drop_kept_answers(now=NOON + timedelta(days=1, seconds=-1)) == 0
        assert drop_kept_answers(now=NOON + timedelta(days=1)) == 1
        assert drop_kept_answers(now=NOON + timedelta(days=1)) == 0

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é"])
    def test_key_that_is_none_is_refused(self, call, key):
        response = call("put", PATH, FACTS, headers={"Idempotency-Key": key})

        assert response.status_code == 422
        assert not Licence.objects.exists()


def test_ten_at_once_with_one_key_have_one_effect(own_database, client):
    authority = AuthorityFactory(code="DEMO-NB")
    writer = make_client(authority, scopes=Scope.values)
    token = give_token(writer, expires_at=FAR_OFF, scopes=Scope.REGISTER_WRITE)

    def put():
        return client.put(
            f"/api/v1{PATH}",
            FACTS,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", **KEY},
        )

    with time_machine.travel(NOON, tick=False):
        answers = together(put, times=10)

    assert {(one.status_code, one.json()["outcome"]) for one in answers} == {(200, "created")}
    assert sum("Idempotent-Replayed" not in one for one in answers) == 1
    assert Licence.objects.count() == KeptAnswer.objects.count() == 1
