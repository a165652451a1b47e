"""Processing agreements: who puts them on file, what is kept, who reads the document."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from partners.domain import agreements
from partners.models import ProcessingAgreement
from tests.partners.factories import AgreementFactory, PartnerFactory, PartnerMemberFactory
from wecd.common import journal
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pdf(text=b"signed") -> ContentFile:
    return ContentFile(b"%PDF-1.4\n" + text, name="Convention Mme Dupont.pdf")


def create(by, **facts) -> ProcessingAgreement:
    given = {"reference": "DPA-1", "purpose": "Follow-up", "signed_on": date(2026, 5, 4)} | facts
    return agreements.create(partner=facts.pop("partner", None) or PartnerFactory(), by=by, **given)


def test_the_journal_keeps_what_was_signed(manager):
    row = create(manager, document=pdf())
    entry = journal.entries_about(row).get()
    assert (entry.verb, entry.actor) == ("partners.processingagreement.create", manager)
    assert entry.facts["reference"] == "DPA-1"
    assert len(entry.facts["document"]) == 64
    assert row.document.read() == b"%PDF-1.4\nsigned"
    assert "Dupont" not in row.document.name


@pytest.mark.parametrize("person", ["officer", "auditor", "finance", "partner_editor", "entrepreneur"])
def test_only_managers_write(person, request, manager):
    someone = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        create(someone)
    row = AgreementFactory()
    with pytest.raises(NotAllowed):
        agreements.update(row, by=someone, reference="Mine")
    row.refresh_from_db()
    assert row.reference != "Mine"


def test_a_change_keeps_before_and_after_and_a_history(manager):
    row = create(manager, document=pdf())
    agreements.update(row, by=manager, ends_on=date(2027, 1, 1), reference="DPA-1", document=pdf(b"again"))
    facts = journal.entries_about(row).last().facts
    assert facts["ends_on"] == {"from": None, "to": "2027-01-01"}
    assert "reference" not in facts
    assert facts["document"] != journal.entries_about(row).first().facts["document"]
    assert row.document.read().endswith(b"again")
    assert ProcessingAgreement.pgh_event_model.objects.filter(id=row.pk).count() >= 2


def test_no_change_writes_nothing(manager):
    row = create(manager)
    agreements.update(row, by=manager, reference="DPA-1")
    assert journal.entries_about(row).count() == 1


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"ends_on": date(2026, 5, 3)}, "later last day"),
        ({"document": ContentFile(b"PK\x03\x04", name="x.pdf")}, "must be a PDF"),
    ],
)
def test_what_makes_no_sense_is_refused(manager, facts, why):
    with pytest.raises(Refused, match=why):
        create(manager, **facts)
    row = create(manager)
    with pytest.raises(Refused, match=why):
        agreements.update(row, by=manager, **facts)
    assert journal.entries_about(row).count() == 1
    assert ProcessingAgreement.objects.count() == 1


def test_a_document_has_a_limit(manager, settings):
    settings.ATTACHMENT_MAX_BYTES = 10
    with pytest.raises(Refused, match="too large"):
        create(manager, document=pdf())


def test_a_failed_journal_leaves_nothing(manager, monkeypatch):
    monkeypatch.setattr(journal, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        create(manager)
    assert not ProcessingAgreement.objects.exists()


def test_in_force_from_the_day_it_is_signed_to_its_last(manager):
    today = timezone.localdate()
    rows = [
        AgreementFactory(signed_on=today),
        AgreementFactory(signed_on=today - DAY, ends_on=today),
        AgreementFactory(signed_on=today + DAY),
        AgreementFactory(signed_on=today - 2 * DAY, ends_on=today - DAY),
    ]
    assert [row.is_in_force for row in rows] == [True, True, False, False]
    assert set(ProcessingAgreement.objects.in_force()) == set(rows[:2])


# --- The document ----------------------------------------------------------------------------------
@pytest.fixture
def signed(manager):
    return create(manager, document=pdf())


def address(row) -> str:
    return f"/en/partner/agreements/{row.pk}.pdf"


@pytest.mark.parametrize("who", ["manager", "officer", "auditor", "finance"])
def test_staff_who_see_personal_data_read_it(request, client, signed, who):
    client.force_login(request.getfixturevalue(who))
    answer = client.get(address(signed))
    assert b"".join(answer).endswith(b"signed")
    assert "attachment" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_members_read_their_own(client, signed):
    client.force_login(PartnerMemberFactory(partner=signed.partner).user)
    assert client.get(address(signed)).status_code == 200
    client.force_login(PartnerMemberFactory().user)
    assert client.get(address(signed)).status_code == 404


@pytest.mark.parametrize("who", ["communication", "entrepreneur", "partner_editor", "hub_manager"])
def test_to_others_there_is_none(request, client, signed, who):
    assert client.get(address(signed)).status_code == 302
    client.force_login(request.getfixturevalue(who))
    assert client.get(address(signed)).status_code == 404


def test_without_a_document_there_is_nothing_to_read(client, manager):
    client.force_login(manager)
    assert client.get(address(AgreementFactory())).status_code == 404
