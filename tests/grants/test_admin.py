"""Money in the back office."""

import csv
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from grants.admin import harmless
from grants.domain import awards, envelopes
from grants.models import Award, DeMinimisAid, Envelope
from tests.accounts.factories import EnterpriseFactory
from tests.grants.factories import AwardFactory, EnvelopeFactory

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def get(client, name, *args, user):
    client.force_login(user)
    return client.get(reverse(f"admin:grants_{name}", args=args), headers=EN)


def post(client, name, *args, user, **data):
    client.force_login(user)
    return client.post(reverse(f"admin:grants_{name}", args=args), data, headers=EN)


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("award_changelist", 11), ("envelope_changelist", 11), ("deminimisaid_changelist", 12)],
)
def test_list_query_count(client, finance, name, queries, rows, django_assert_num_queries):
    for _ in range(rows):
        award = AwardFactory(approved=True, approved_by=finance)
        DeMinimisAid.objects.create(
            enterprise=award.enterprise,
            undertaking=award.enterprise.undertaking,
            award=award,
            amount=6000,
            granted_on=timezone.localdate(),
            granting_authority="SPW",
        )
    get(client, name, user=finance)
    with django_assert_num_queries(queries):
        response = get(client, name, user=finance)
    assert len(response.context["cl"].result_list) == rows


def test_the_envelope_shows_its_meter_and_its_ledger_read_only(client, finance, manager):
    award = AwardFactory(envelope__amount=24_000)
    envelopes.commit(award.envelope, award=award, by=manager)

    words = text(get(client, "envelope_change", award.envelope.pk, user=finance))

    for part in ("€18,000", "€6,000", "Maud Manager", "Committed"):
        assert part in words
    assert 'name="committed"' not in words
    assert 'name="ledger-0-amount"' not in words


def test_finance_changes_the_amount_and_nobody_the_committed_sum(client, finance):
    envelope = EnvelopeFactory()
    data = {
        "name": envelope.name,
        "action": envelope.action.pk,
        "amount": "300000",
        "committed": "5",
        "paid": "5",
    }
    data |= {f"ledger-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS")}

    client.force_login(finance)
    response = client.post(reverse("admin:grants_envelope_change", args=[envelope.pk]), data)

    envelope.refresh_from_db()
    assert response.status_code == 302
    assert (envelope.amount, envelope.committed, envelope.paid) == (300_000, 0, 0)


@pytest.mark.parametrize("person", ["auditor", "officer"])
def test_others_read_envelopes_only(request, client, person):
    envelope, user = EnvelopeFactory(), request.getfixturevalue(person)

    assert get(client, "envelope_change", envelope.pk, user=user).status_code == 200
    assert post(client, "envelope_change", envelope.pk, user=user, amount="1").status_code == 403
    assert get(client, "envelope_add", user=user).status_code == 403
    assert Envelope.objects.get().amount == 240_000


# --- Awards ---------------------------------------------------------------------------------------------
def test_approve_on_the_awards_page(client, manager):
    award = AwardFactory()

    assert 'data-testid="move-approve"' in text(get(client, "award_change", award.pk, user=manager))
    assert "€6,000" in text(get(client, "award_move", award.pk, "approve", user=manager))
    post(client, "award_move", award.pk, "approve", user=manager)

    award.refresh_from_db()
    assert (award.state, award.approved_by) == ("approved", manager)


def test_decline_and_release_want_a_reason(client, manager):
    award, other = AwardFactory(), awards.approve(AwardFactory(), by=manager)

    assert post(client, "award_move", award.pk, "decline", user=manager).status_code == 409
    post(client, "award_move", award.pk, "decline", user=manager, reason="No quote.")
    post(client, "award_move", other.pk, "release", user=manager, reason="Given up.")

    assert set(Award.objects.values_list("state", flat=True)) == {"declined", "released"}


@pytest.mark.parametrize("verb", ["approve", "decline", "release"])
@pytest.mark.parametrize("person", ["auditor", "officer"])
def test_others_sign_nothing(request, client, manager, person, verb):
    award = AwardFactory()
    if verb == "release":
        awards.approve(award, by=manager)
    state = award.state

    response = post(client, "award_move", award.pk, verb, user=request.getfixturevalue(person), reason="x")

    assert response.status_code == 403
    assert Award.objects.get().state == state


def test_the_proposer_sees_why_not(client, manager):
    award = AwardFactory(proposed_by=manager)

    words = text(get(client, "award_change", award.pk, user=manager))

    assert 'data-testid="cannot-approve"' in words
    assert "You proposed this award" in words


def test_bulk_approval_names_each_refusal(client, manager):
    envelope = EnvelopeFactory(amount=6000)
    rows = [AwardFactory(envelope=envelope, reference=f"A-{n}") for n in range(2)]
    data = {"action": "approve_selected", "_selected_action": [str(row.pk) for row in rows]}

    client.force_login(manager)
    words = text(client.post(reverse("admin:grants_award_changelist"), data, follow=True, headers=EN))

    assert "1 approved." in words
    assert "A-1: " in words
    assert "€0 left" in words


# --- Register ---------------------------------------------------------------------------------------------
def test_the_register_holds_our_aid_in_force(client, manager, finance, auditor):
    award = AwardFactory(enterprise=EnterpriseFactory(name="=SUM(A1)"), reference="CC-2026-0001")
    awards.approve(award, by=manager)
    released = awards.approve(AwardFactory(), by=manager)
    awards.release(released, by=finance, reason="x")
    DeMinimisAid.objects.create(
        enterprise=award.enterprise,
        undertaking=award.enterprise.undertaking,
        amount=1000,
        granted_on=timezone.localdate(),
        granting_authority="Elsewhere",
        enforced=False,
    )
    data = {
        "action": "export_register",
        "_selected_action": [str(pk) for pk in DeMinimisAid.objects.values_list("pk", flat=True)],
    }

    client.force_login(auditor)  # reading is what an auditor does
    response = client.post(reverse("admin:grants_deminimisaid_changelist"), data)

    rows = list(csv.DictReader(StringIO(text(response))))
    assert len(rows) == 1
    assert rows[0] == {
        "beneficiary_number": award.enterprise.number,
        "beneficiary_name": "'=SUM(A1)",
        "amount_eur": "6000.00",
        "granted_on": timezone.localdate().isoformat(),
        "granting_authority": award.envelope.action.lead.name,
        "instrument": "grant",
        "nace": "74120",
        "reference": "CC-2026-0001",
    }


@pytest.mark.parametrize(
    ("given", "kept"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-2", "'-2"), ("A=1", "A=1"), ("", "")]
)
def test_formulas_are_text(given, kept):
    assert harmless(given) == kept


def test_ceilings_are_managers_work(client, manager, auditor):
    assert get(client, "deminimisceiling_changelist", user=auditor).status_code == 200
    assert get(client, "deminimisceiling_add", user=auditor).status_code == 403
    assert get(client, "deminimisceiling_add", user=manager).status_code == 200
