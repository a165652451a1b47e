"""Who may read what through the API, and what nobody may."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from partners.domain import keys
from partners.models import ApiKey
from tests.accounts.factories import EnterpriseFactory
from tests.actions.factories import ActionFactory
from tests.api import rows
from tests.api.conftest import RAW, Api
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.grants.factories import AwardFactory
from tests.partners.factories import ApiKeyFactory, PartnerFactory

pytestmark = pytest.mark.django_db


def problem(response, status: int) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("name", rows.OPEN)
def test_open_data_needs_no_key(name, anonymous):
    assert anonymous.get(name).status_code == 200


@pytest.mark.parametrize("name", rows.KEYED)
def test_the_rest_needs_a_key_with_the_scope(name, anonymous, partner):
    for address in (name, f"{name}/{uuid4()}"):
        response = anonymous.get(address)
        assert f"{name}:read" in problem(response, 401)["detail"]
        assert response["WWW-Authenticate"] == 'Bearer realm="WECD API"'
    ApiKey.objects.update(scopes=[])
    for address in (name, f"{name}/{uuid4()}"):
        assert f"{name}:read" in problem(partner.get(address), 403)["detail"]


@pytest.mark.parametrize("name", rows.ALL)
@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic eDp5", "Bearer a b", "Bearer é"])
def test_a_bad_key_is_told_even_where_none_is_needed(name, header, db):
    response = Client().get(f"/api/v1/{name}", headers={"Authorization": header})
    problem(response, 401)
    assert "invalid_token" in response["WWW-Authenticate"]


def test_a_revoked_or_expired_key(partner, manager):
    assert partner.get("applications").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    problem(partner.get("applications"), 401)
    ApiKey.objects.update(expires_at=None)
    keys.revoke(ApiKey.objects.get(), by=manager)
    problem(partner.get("applications"), 401)


def test_a_signed_in_person_is_nobody_here(client, manager):
    client.force_login(manager)
    problem(client.get("/api/v1/applications"), 401)


@pytest.mark.parametrize("name", rows.KEYED)
def test_a_key_sees_the_rows_of_its_partners_actions_only(name, wd, action, partner, officer, manager):
    other = PartnerFactory(code="OTHER")
    elsewhere = ActionFactory(lead=other)
    with_us = ActionFactory(lead=other)
    with_us.partners.add(wd, PartnerFactory())
    ours = {rows.make(name, each, officer, manager).pk for each in (action, with_us)}
    hidden = rows.make(name, elsewhere, officer, manager)
    assert type(hidden).objects.count() == 3

    found = [row["id"] for row in partner.results(name)]

    assert sorted(found) == sorted(map(str, ours))
    problem(partner.get(f"{name}/{hidden.pk}"), 404)
    assert partner.json(name, count="exact")["count"] == 2
    ApiKeyFactory(partner=other, raw="wecd_other")
    assert len(Api("wecd_other").results(name)) == 2


def test_what_was_not_submitted_is_nobody_elses(action, partner):
    call = CallFactory(action=action)
    draft = ApplicationFactory(call=call)
    ApplicationFactory(call=call, state="withdrawn")
    sent = ApplicationFactory(call=call, submitted=True)
    assert [row["id"] for row in partner.results("applications")] == [str(sent.pk)]
    problem(partner.get(f"applications/{draft.pk}"), 404)


def test_calls_show_from_publication_on(anonymous, partner):
    draft, published = CallFactory(draft=True), CallFactory()
    for client in (anonymous, partner):
        assert [row["id"] for row in client.results("calls")] == [str(published.pk)]
        problem(client.get(f"calls/{draft.pk}"), 404)


@pytest.mark.parametrize("state", ["proposed", "declined", "released"])
def test_awards_not_in_force_are_not_open(state, action, officer, manager, anonymous, partner):
    award = rows.award(action, officer, manager)
    type(award).objects.update(state=state)
    for client in (anonymous, partner):
        assert client.results("awards") == []
        problem(client.get(f"awards/{award.pk}"), 404)


def test_an_award_tells_who_how_much_and_why(action, officer, manager, anonymous):
    award = rows.award(action, officer, manager)
    found = anonymous.json(f"awards/{award.pk}")
    assert found["amount"] == {"amount": "6000.00", "currency": "EUR"}
    assert found["eligible_cost"] == {"amount": "8000.00", "currency": "EUR"}
    assert found["rate"] == "75.00"
    assert found["approved_at"] == award.approved_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert found["title"] == "A repairable blanket"
    assert found["reasons"] == "A new market."
    assert found["call"]["code"] == award.application.call.code
    assert found["call"]["title"] == {
        "fr": award.application.call.title,
        "de": None,
        "nl": None,
        "en": None,
    }
    assert found["enterprise"] == {
        "name": award.enterprise.name,
        "number": award.enterprise.number,
        "legal_form": "srl",
        "size_class": "micro",
        "nuts2": "BE35",
        "postal_code": "5000",
    }
    assert found["action"]["axis"]["programme"]["code"] == action.axis.programme.code


def test_an_award_without_a_call(anonymous):
    AwardFactory(approved=True)
    assert anonymous.results("awards")[0]["call"] is None


@pytest.mark.parametrize("name", ["awards", "applications", "vouchers"])
def test_natural_persons_are_not_named_nor_found(name, action, officer, manager, partner):
    row = rows.make(name, action, officer, manager)
    person = row.enterprise
    type(person).objects.update(legal_form="self_employed", name="Jeanne Marqueur")

    found = partner.json(f"{name}/{row.pk}")

    assert found["enterprise"] == {
        "name": None,
        "number": None,
        "legal_form": "self_employed",
        "size_class": "micro",
        "nuts2": "BE35",
        "postal_code": None,
    }
    assert partner.results(name, enterprise_number=person.number) == []
    assert partner.results(name, search="Marqueur") == []
    assert b"Marqueur" not in partner.get(name, format="csv").content
    type(person).objects.update(legal_form="srl")
    assert len(partner.results(name, enterprise_number=person.number)) == 1


@pytest.mark.parametrize("name", rows.ALL)
def test_contact_and_bank_data_never_leave(name, action, officer, manager, partner):
    row = rows.make(name, action, officer, manager)
    enterprise = getattr(row, "enterprise", None) or EnterpriseFactory()
    type(enterprise).objects.update(phone="+32 81 MARK", website="https://marqueur.example")
    for person in type(officer).objects.all():
        type(officer).objects.filter(pk=person.pk).update(name="Marqueur", phone="+32 81 MARK")
    everything = partner.get(name, format="ndjson").content + partner.get(f"{name}/{row.pk}").content
    for secret in (b"Marqueur", b"marqueur", b"+32 81", b"BE68539007547034", b"@"):
        assert secret not in everything
    if name == "vouchers":
        assert row.token.encode() not in everything


@pytest.mark.parametrize(
    ("postal_code", "nuts2"),
    [("1300", "BE31"), ("1499", "BE31"), ("1500", None), ("4000", "BE33"), ("4999", "BE33"), ("5680", "BE35")]
    + [
        ("6000", "BE32"),
        ("6599", "BE32"),
        ("6600", "BE34"),
        ("6999", "BE34"),
        ("7973", "BE32"),
        ("8000", None),
    ],
)
def test_nuts2_of_the_registered_office(postal_code, nuts2, anonymous):
    award = AwardFactory(approved=True)
    award.enterprise.sites.update(postal_code=postal_code)
    award.enterprise.sites.create(postal_code="9000", municipality="Gent")  # not the office
    assert [row["enterprise"]["nuts2"] for row in anonymous.results("awards")] == [nuts2]
    if nuts2:
        assert len(anonymous.results("awards", nuts2=nuts2)) == 1
    assert len(anonymous.results("awards", nuts2="BE31")) == (nuts2 == "BE31")


def test_an_office_abroad_is_in_no_province(anonymous):
    award = AwardFactory(approved=True)
    award.enterprise.sites.update(country="FR")
    assert anonymous.results("awards")[0]["enterprise"]["nuts2"] is None


@pytest.mark.parametrize(
    "address", ["/api", "/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/calls", "/api/v1/calls/7"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_a_problem_too(address, method, db):
    problem(getattr(Client(), method)(address), 404)


@pytest.mark.parametrize("name", rows.ALL)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_there_is_nothing_to_write(name, method, partner, action, officer, manager):
    row = rows.make(name, action, officer, manager)
    for address in (f"/api/v1/{name}", f"/api/v1/{name}/{row.pk}"):
        response = getattr(partner.client, method)(address)
        problem(response, 405)
        assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_a_fault_of_ours_tells_nothing(partner, monkeypatch):
    from wecd.common.rest import pages

    monkeypatch.setattr(pages.Pages, "read", lambda *args, **values: 1 / 0)
    partner.client.raise_request_exception = False
    body = problem(partner.get("calls"), 500)
    assert "zero" not in str(body)


def test_a_refusal_is_a_409(partner, monkeypatch):
    from wecd.common.rest import pages
    from wecd.common.workflow import Refused

    def refuse(*args, **values):
        raise Refused("The envelope has no room left.")

    monkeypatch.setattr(pages.Pages, "read", refuse)
    assert problem(partner.get("calls"), 409)["detail"] == "The envelope has no room left."


def test_a_view_that_declares_nothing_is_shut(rf):
    from rest_framework.views import APIView

    response = APIView.as_view()(rf.get("/api/v1/x"))
    problem(response, 403)


def test_limits_are_told_kept_and_fair(anonymous, partner, monkeypatch):
    monkeypatch.setattr(settings, "API_REQUESTS_PER_MINUTE", 2)
    monkeypatch.setattr(settings, "API_REQUESTS_PER_MINUTE_WITH_KEY", 3)
    first = anonymous.get("calls")
    assert first["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert first["RateLimit"].startswith('"minute";r=1;t=')
    anonymous.get("calls")
    refused = anonymous.get("calls")
    problem(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit"].startswith('"minute";r=0;t=')
    assert partner.get("calls")["RateLimit"].startswith('"minute";r=2;t=')


def test_the_key_is_that_of_the_demo(manager):
    partner = PartnerFactory()
    keys.create(
        partner=partner, name="Demo", scopes=["vouchers:read"], by=manager, raw="wecd_demo_partner_key"
    )
    assert Api("wecd_demo_partner_key").get("vouchers").status_code == 200
    assert RAW not in str(ApiKey.objects.values())
