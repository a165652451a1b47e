"""Personal data: only with the scope and an agreement in force; absent otherwise; written down."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from partners.domain import keys
from partners.models import ApiKey, ProcessingAgreement
from tests.accounts.factories import EnterpriseFactory, UserFactory
from tests.api.conftest import Api
from tests.calls.factories import ApplicationFactory
from tests.partners.factories import ApiKeyFactory
from wecd.common import journal

pytestmark = pytest.mark.django_db
RAW = "wecd_for_personal_data"
SECRETS = ("Zoé Zwijsen", "zoe@zwijsen.example", "+32 470 00 00 01", "0403019261")
VERB = "partners.apikey.read_personal"


@pytest.fixture
def agreement(wd):
    return ProcessingAgreement.objects.create(
        partner=wd, reference="DPA-7", purpose="Follow-up", signed_on=timezone.localdate()
    )


@pytest.fixture
def key(wd):
    keys._noted.clear()
    return ApiKeyFactory(partner=wd, raw=RAW, scopes=["applications:read", "personal:read"])


@pytest.fixture
def reads(key):
    return Api(RAW)


@pytest.fixture
def application(action):
    """Of a self-employed person who began it herself."""
    zoe = UserFactory(name=SECRETS[0], email=SECRETS[1], phone=SECRETS[2])
    enterprise = EnterpriseFactory(
        owner=zoe, name="Zwijsen, Zoé", number=SECRETS[3], legal_form="self_employed"
    )
    return ApplicationFactory(submitted=True, call__action=action, applicant=zoe, enterprise=enterprise)


def everything(api: Api, application) -> str:
    """Whatever the API says of the application, in each form it has."""
    answers = [
        api.get("applications"),
        api.get(f"applications/{application.pk}"),
        api.get("applications", format="csv"),
        api.get("applications", format="ndjson"),
        api.get("exports/applications.csv"),
        api.get("exports/applications.ndjson"),
    ]
    bodies = []
    for answer in answers:
        assert answer.status_code == 200
        bodies.append(b"".join(answer) if answer.streaming else answer.content)
    return "\n".join(body.decode() for body in bodies)


def test_with_scope_and_agreement_they_are_there(reads, application, agreement):
    row = reads.json(f"applications/{application.pk}")
    assert row["contact"] == {"name": SECRETS[0], "email": SECRETS[1], "phone": SECRETS[2]}
    assert (row["self_employed"]["name"], row["self_employed"]["number"]) == ("Zwijsen, Zoé", SECRETS[3])
    assert row["enterprise"]["name"] is None
    assert reads.results("applications")[0]["contact"]["email"] == SECRETS[1]
    for secret in SECRETS:
        assert everything(reads, application).count(secret) >= 6


def test_of_a_firm_the_extra_members_are_null(reads, action, agreement):
    ApplicationFactory(submitted=True, call__action=action)
    row = reads.results("applications")[0]
    assert row["self_employed"] == {"name": None, "number": None, "postal_code": None}
    assert row["enterprise"]["name"]


def test_without_the_scope_they_are_absent(partner, application, agreement):
    row = partner.json(f"applications/{application.pk}")
    assert not {"contact", "self_employed"} & set(row)
    for secret in SECRETS:
        assert secret not in everything(partner, application)


@pytest.mark.parametrize(("signed", "ends"), [(None, None), (1, None), (-30, -1)])
def test_without_an_agreement_in_force_they_are_absent(wd, reads, application, signed, ends):
    today = timezone.localdate()
    if signed is not None:
        ProcessingAgreement.objects.create(
            partner=wd,
            reference="DPA-7",
            purpose="Follow-up",
            signed_on=today + timedelta(days=signed),
            ends_on=today + timedelta(days=ends) if ends else None,
        )
    for secret in SECRETS:
        assert secret not in everything(reads, application)
    assert "contact" not in reads.json(f"applications/{application.pk}")


def test_asking_for_what_is_not_theirs_is_an_error(partner, reads, application, agreement):
    assert partner.get("applications", fields="id,contact").status_code == 400
    assert set(reads.results("applications", fields="id,contact")[0]) == {"id", "contact"}


def test_reading_is_noted_once_a_key_and_day(reads, key, application, agreement):
    for _ in range(3):
        reads.get("applications")
    entries = [entry for entry in journal.entries_about(key) if entry.verb == VERB]
    assert [entry.facts["prefix"] for entry in entries] == [key.prefix]
    keys._noted.clear()  # another process
    reads.get("applications")
    assert journal.entries_about(key).filter(verb=VERB).count() == 1
    keys._noted.clear()
    ApiKey.objects.filter(pk=key.pk).update(personal_read_on=timezone.localdate() - timedelta(days=2))
    reads.get(f"applications/{application.pk}")
    assert journal.entries_about(key).filter(verb=VERB).count() == 2


def test_the_feed_says_and_notes_them_too(reads, key, application, agreement, partner):
    data = reads.results("changes", resources="applications")[0]["data"]
    assert data["contact"]["email"] == SECRETS[1]
    assert journal.entries_about(key).filter(verb=VERB).count() == 1
    assert "contact" not in partner.results("changes", resources="applications")[0]["data"]


def test_exports_note_them_too(reads, key, application, agreement):
    b"".join(reads.get("exports/applications.csv"))
    assert journal.entries_about(key).filter(verb=VERB).count() == 1


def test_what_holds_none_is_not_noted(reads, key, agreement, application, partner):
    reads.get("calls")
    partner.get("applications")
    assert not journal.entries_about(key).filter(verb=VERB).exists()


def test_the_schema_says_which_scope_a_member_needs(anonymous):
    schema = json.loads(anonymous.get("schema", format="json").content)
    application = schema["components"]["schemas"]["Application"]
    assert application["properties"]["contact"]["x-scope"] == "personal:read"
    assert "processing agreement" in application["properties"]["contact"]["description"]
    assert not {"contact", "self_employed"} & set(application["required"])


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_note_it_once(key, together):
    def elsewhere():
        keys._noted.clear()
        keys.note_personal_read(key.pk)

    assert together(elsewhere, elsewhere) == [None, None]
    assert journal.entries_about(key).filter(verb=VERB).count() == 1
