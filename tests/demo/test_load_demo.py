"""The demonstration is made by the portal's own functions: here, a fifth of it."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count, Sum

from accounts.models import User
from actions.models import Indicator
from calls.enums import Phase
from calls.models import Application, Call, InformationRequest
from grants.models import Envelope, LedgerEntry
from vouchers.models import Voucher
from wecd.common import clocks, identifiers, journal, mail_texts
from wecd.common import mails as mail_registry
from wecd.common.models import JournalEntry, OutboxMessage

SHARE = 0.2


@pytest.fixture
def demo(db, settings, run_jobs):
    settings.WECD_ENV, settings.IS_DEMO = "demo", True
    call_command("load_demo", share=SHARE)


def test_the_demonstration_is_lived_in_and_true(demo):
    """Every phase of a call, most states of an application, exact money and a whole journal."""
    assert Indicator.objects.exclude(target=None).count() == 5
    phases = [call.phase() for call in Call.objects.all()]
    assert (phases.count(Phase.OPEN), phases.count(Phase.CLOSING), phases.count(Phase.RESULTS)) == (3, 1, 2)
    states = dict(Application.objects.order_by().values_list("state").annotate(Count("pk")))
    assert {"draft", "submitted", "admissible", "awarded", "rejected"} <= states.keys()
    assert {"information_requested"} <= states.keys()
    asked = list(InformationRequest.objects.values_list("outcome", flat=True))
    assert (asked.count(""), asked.count("answered")) == (2, 1)
    assert {c.due_on < clocks.today() for c in clocks.running().filter(paused_at=None)} == {False}
    assert clocks.running().filter(paused_at=None).count() >= 3
    assert JournalEntry.objects.filter(verb="calls.application.admit", facts__reason="silence").exists()
    assert all(identifiers.is_enterprise_number(a.enterprise.number) for a in Application.objects.all())
    for envelope in Envelope.objects.all():
        moved = LedgerEntry.objects.filter(envelope=envelope, kind="commit").aggregate(Sum("amount"))
        assert envelope.committed == (moved["amount__sum"] or 0)
    assert Voucher.objects.exists()
    assert list(journal.verify()) == []
    claire = User.objects.get(email="entrepreneur@wecd.example")
    assert claire.applications.filter(state="draft").exists()
    mails = set(OutboxMessage.objects.order_by().values_list("state", flat=True))
    assert {"held", "queued", "failed", "bounced"} <= mails
    assert len(mail_texts.versions(mail_registry.get("calls/receipt"), "fr")) == 2

    before = Application.objects.count()
    call_command("load_demo", share=SHARE)  # a second time changes nothing
    assert Application.objects.count() == before


@pytest.mark.django_db
def test_it_is_loaded_nowhere_else(settings):
    settings.WECD_ENV, settings.IS_DEMO = "production", False
    with pytest.raises(CommandError, match="only with WECD_ENV=demo"):
        call_command("load_demo")
    assert not Call.objects.exists()
