"""The back office's base classes ask the rules; the journal and the outbox can only be read."""

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Undertaking
from tests.accounts.factories import UndertakingFactory, UserFactory
from wecd.common import journal
from wecd.common.admin import StaffModelAdmin, StaffTabularInline
from wecd.common.models import JournalEntry, OutboxMessage

ACTIONS = ("view", "add", "change", "delete")
pytestmark = pytest.mark.django_db


def allowed(kind, person, *obj):
    request = RequestFactory().get("/admin/")
    request.user = person
    instance = kind(Undertaking, admin.site)
    asked = {action: getattr(instance, f"has_{action}_permission") for action in ACTIONS}
    return {
        action for action, ask in asked.items() if (ask(request) if action == "add" else ask(request, *obj))
    }


@pytest.mark.parametrize("kind", [StaffModelAdmin])
def test_rules_decide(kind, manager, officer, auditor, entrepreneur):
    row = UndertakingFactory()
    assert allowed(kind, manager, row) == {"view", "add", "change"}  # no rule names "delete": denied
    assert allowed(kind, officer, row) == allowed(kind, auditor, row) == {"view"}
    assert allowed(kind, entrepreneur, row) == set()


def test_a_superuser_gets_no_shortcut():
    root = UserFactory(is_superuser=True, is_staff=True)
    assert allowed(StaffModelAdmin, root) == set()
    request = RequestFactory().get("/admin/")
    request.user = root
    assert not StaffModelAdmin(Undertaking, admin.site).has_module_permission(request)


def test_an_inline_asks_about_its_own_model(manager, officer):
    class Inline(StaffTabularInline):
        model = Undertaking

    parent = object()
    assert allowed(lambda model, site: Inline(model, site), manager, parent) == {"view", "add", "change"}
    assert allowed(lambda model, site: Inline(model, site), officer, parent) == {"view"}


@pytest.fixture
def rows(officer):
    entry = journal.record(UndertakingFactory(name="Les Trois Sœurs"), "x.open", by=officer, note="été")
    message = OutboxMessage.objects.create(
        template="t", language="fr", to="a@b.be", subject="Objet", body="Corps"
    )
    return {"journalentry": entry, "outboxmessage": message}


@pytest.mark.parametrize(("name", "word"), [("journalentry", "Les Trois Sœurs"), ("outboxmessage", "Objet")])
def test_staff_read_and_nobody_writes(client, auditor, manager, rows, name, word):
    for person in (auditor, manager):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert word in client.get(reverse(f"admin:common_{name}_changelist")).content.decode()
        change = reverse(f"admin:common_{name}_change", args=[rows[name].pk])
        assert word in client.get(change).content.decode()
        assert client.post(change, {"verb": "x"}).status_code == 403
        assert client.get(reverse(f"admin:common_{name}_add")).status_code == 403
        assert client.post(reverse(f"admin:common_{name}_delete", args=[rows[name].pk])).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_journal_list_costs_the_same(client, auditor, count, django_assert_num_queries):
    for _ in range(count):
        journal.record(UndertakingFactory(), "x.open", by=UserFactory())
    client.force_login(auditor, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/admin/common/journalentry/")
    with django_assert_num_queries(6):
        response = client.get("/admin/common/journalentry/")
    assert len(response.context["cl"].result_list) == count == JournalEntry.objects.count()


def test_the_outbox_page_is_for_the_demonstration_only(client, rows, settings):
    assert client.get("/fr/outbox/").status_code == 404
    settings.WECD_ENV = "demo"
    page = client.get("/fr/outbox/").content.decode()
    assert "Objet" in page
    assert "Corps" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_outbox_page_costs_the_same(client, settings, count, django_assert_num_queries):
    settings.WECD_ENV = "demo"
    for _ in range(count):
        OutboxMessage.objects.create(template="t", language="fr", to="a@b.be", subject="s", body="b")
    with django_assert_num_queries(2):
        assert client.get("/fr/outbox/").content.count(b"<details") >= count


def test_an_address_with_no_possible_key_is_not_found(client, manager):
    client.force_login(manager)
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for rest in ("nothing/change/", "nothing/", "nothing/publish/", "nothing/tokens.css/"):
            assert client.get(base + rest).status_code in (302, 403, 404), base + rest
            assert client.post(base + rest).status_code in (302, 403, 404), base + rest


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/grants/award/", "/admin/calls/application/"])
def test_an_action_on_what_is_no_row_is_an_action_on_none(client, manager, address):
    client.force_login(manager)
    action = "approve_selected"
    response = client.post(address, {"action": action, "_selected_action": "nonsense"}, follow=True)
    assert response.status_code == 200
