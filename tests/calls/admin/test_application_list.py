"""The list of applications: pages, filters, search, views, and what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.models import Application, InformationRequest, Message
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, StrandFactory, selected_application
from wecd.common import clocks
from wecd.common.keyset import neighbours_of
from wecd.common.models import Clock, SavedView

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
LIST = "admin:calls_application_changelist"
QUERIES = 16
BYTES = 150_000


@pytest.fixture
def call(db):
    return CallFactory(envelope__amount=60_000)


def submitted(call, state="admissible", **kwargs):
    return ApplicationFactory(call=call, submitted=True, state=state, answers=False, **kwargs)


def listed(client, user, **query):
    client.force_login(user)
    return client.get(reverse(LIST), query, headers=EN)


def rows(client, user, **query):
    return set(listed(client, user, **query).context["cl"].result_list)


def text(response):
    return response.content.decode()


def with_clock(row, days=5, **facts):
    clock = clocks.start(row, Clock.Kind.ADMISSIBILITY, working_days=days)
    Clock.objects.filter(pk=clock.pk).update(**facts)
    return row


# --- What it costs ------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [1, 3])
def test_list_query_count(client, officer, call, number, django_assert_num_queries):
    for _ in range(number):
        with_clock(submitted(call, officer=officer))
    listed(client, officer)

    with django_assert_num_queries(QUERIES):
        words = text(listed(client, officer))
    assert words.count('class="row-title"') == number


def test_a_full_page_is_light(client, officer, call):
    for number in range(51):
        with_clock(submitted(call, title=f"A blanket that can be repaired, number {number}"))

    page = listed(client, officer)

    assert len(page.context["cl"].result_list) == 50
    assert len(page.content) < BYTES


def test_pages_are_walked_by_links(client, officer, call, monkeypatch):
    monkeypatch.setattr("calls.admin.applications.ApplicationAdmin.list_per_page", 2)
    found = [submitted(call, submitted_at=timezone.now() - timedelta(days=n)) for n in range(5)]
    page = listed(client, officer, call=str(call.pk)).context["cl"]
    assert page.result_list == found[:2]

    second = client.get(reverse(LIST) + page.next_url).context["cl"]
    last = client.get(reverse(LIST) + second.last_url).context["cl"]

    assert second.result_list == found[2:4]
    assert last.result_list == found[3:]
    assert f"call={call.pk}" in second.next_url
    assert client.get(reverse(LIST) + last.previous_url).context["cl"].result_list == found[1:3]


def test_the_neighbours_of_a_row_in_its_list(rf, officer, call, django_assert_num_queries):
    found = [submitted(call, submitted_at=timezone.now() - timedelta(days=n)) for n in range(4)]
    Application.objects.filter(pk=found[1].pk).update(state="rejected")
    request = rf.get("/")
    request.user = officer
    assert officer.role_names

    with django_assert_num_queries(2):
        assert neighbours_of(request, found[2], "state=admissible") == (found[0].pk, found[3].pk)
    assert neighbours_of(request, found[1], "state=admissible") == (found[0].pk, found[2].pk)


def test_a_row_leads_to_its_page_with_the_list(client, officer, call):
    row = submitted(call)

    words = text(listed(client, officer, state="admissible", after="x"))

    assert f"{row.pk}/change/?list=state%3Dadmissible" in words


# --- Search -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("blanket", True),
        ("ÉPÉE", True),
        ("epee ardennes", True),
        ("{reference}", True),
        ("{number}", True),
        ("{dotted}", True),
        ("BE{number}", True),
        ("epee chair", False),
        ("100%", False),
    ],
)
def test_search(client, officer, call, term, found):
    enterprise = EnterpriseFactory(name="Forge de l'Épée", owner=UserFactory())
    row = submitted(call, enterprise=enterprise, title="A blanket for the Ardennes")
    submitted(call, title="A chair")
    words = {"number": enterprise.number, "dotted": enterprise.number_display, "reference": row.reference}

    assert rows(client, officer, q=term.format(**words)) == ({row} if found else set())


def test_search_follows_a_new_name(client, officer, call):
    row = submitted(call)
    row.enterprise.name = "Tout Autre"
    row.enterprise.save()
    Application.objects.filter(pk=row.pk).update(title="Renamed project")

    assert rows(client, officer, q="tout autre renamed") == {row}


# --- Filters ------------------------------------------------------------------------------------------
def test_filters_of_call_strand_state_axis_and_officer(client, officer, officer2, call):
    strand = StrandFactory(call=call, title="Other")
    mine = submitted(call, officer=officer)
    theirs = submitted(call, "submitted", officer=officer2, strand=strand)
    elsewhere = submitted(CallFactory(), "rejected")

    assert rows(client, officer, officer="mine") == {mine}
    assert rows(client, officer, officer="nobody") == {elsewhere}
    assert rows(client, officer, officer=str(officer2.pk)) == {theirs}
    assert rows(client, officer, strand=str(strand.pk)) == {theirs}
    assert rows(client, officer, state="rejected") == {elsewhere}
    assert rows(client, officer, call=str(call.pk)) == {mine, theirs}
    assert rows(client, officer, axis=str(call.action.axis_id)) == {mine, theirs}
    assert rows(client, officer, call=str(call.pk), state="submitted") == {theirs}


def test_filters_of_the_enterprise(client, officer, call):
    small = submitted(call, enterprise=EnterpriseFactory(size_class="small", office__postal_code="4000"))
    micro = submitted(call, enterprise=EnterpriseFactory(size_class="micro"))
    micro.enterprise.activities.update(code="62010")

    assert rows(client, officer, size="small") == {small}
    assert rows(client, officer, province="BE33") == {small}
    assert rows(client, officer, province="BE35") == {micro}
    assert rows(client, officer, sector="62") == {micro}
    assert rows(client, officer, sector="7412") == {small}


def test_filters_of_the_clock(client, officer, call):
    today = clocks.today()
    due_today = with_clock(submitted(call), due_on=today)
    late = with_clock(submitted(call), due_on=today - timedelta(days=1))
    far = with_clock(submitted(call), due_on=today + timedelta(days=9))
    paused = with_clock(submitted(call), paused_at=timezone.now(), days_left=3, due_on=None)
    submitted(call)

    assert rows(client, officer, clock="running") == {due_today, late, far}
    assert rows(client, officer, clock="today") == {due_today}
    assert rows(client, officer, clock="week") == {due_today}
    assert rows(client, officer, clock="late") == {late}
    assert rows(client, officer, clock="paused") == {paused}
    words = text(listed(client, officer))
    for part in ("last day", "over since", "days left", "paused, 3 days left"):
        assert part in words, part


def test_flags(client, officer, manager, call):
    asked = submitted(call)
    Message.objects.create(application=asked, author=asked.applicant, text="When?")
    waiting = submitted(call, "information_requested")
    InformationRequest.objects.create(
        application=waiting, message="x", asked_by=officer, due_at=timezone.now() + timedelta(days=1)
    )
    proposed = selected_application(call=call, proposed_by=officer)
    by_me = selected_application(call=call, proposed_by=manager)
    ours = selected_application(call=call, proposed_by=officer)
    MembershipFactory(enterprise=ours.enterprise, user=manager)
    against = submitted(call, rule_results=[{"code": "seat", "verdict": "no", "sentence": "Ghent."}])
    near = with_clock(submitted(call), due_on=clocks.today())

    assert rows(client, manager, flag="to_answer") == {asked}
    assert rows(client, manager, flag="information") == {waiting}
    assert rows(client, manager, flag="to_approve") == {proposed}
    assert rows(client, officer, flag="to_approve") == set()
    assert rows(client, manager, flag="draft_award") == {proposed, by_me, ours}
    assert rows(client, manager, flag="ineligible") == {against}
    assert rows(client, manager, flag="near_deadline") == {waiting, near}


@pytest.mark.parametrize(
    "name", ["call", "strand", "state", "axis", "province", "size", "sector", "clock", "officer", "flag"]
)
@pytest.mark.parametrize("value", ["nonsense", "0198c5a0-0000-7000-8000-000000000000", "'; --", "\x00"])
def test_a_value_that_is_no_choice_is_left_out_with_a_sentence(client, officer, call, name, value):
    row = submitted(call)

    page = listed(client, officer, **{name: value})

    assert page.context["cl"].result_list == [row]
    assert "is no choice of" in text(page)


def test_a_filter_of_another_list_is_left_out(client, officer, call):
    row = submitted(call)

    page = listed(client, officer, applicant__email__startswith="a")

    assert page.context["cl"].result_list == [row]
    assert "it was left out" in text(page)


def test_chosen_filters_are_tags_that_can_be_removed(client, officer, call):
    submitted(call, officer=officer)

    page = listed(client, officer, officer="mine", state="admissible", q="blanket", o="-3")

    chosen = page.context["cl"].chosen
    assert [each["words"] for each in chosen] == ["blanket", "Admissible", "Mine"]
    assert chosen[1]["url"] == "?o=-3&officer=mine&q=blanket"
    assert 'value="admissible" selected' in text(page)


@pytest.mark.parametrize("order", ["9" * 5000, "-" + "9" * 5000, "²", "-"])
def test_an_order_nobody_knows_is_the_usual_one(client, officer, call, order):
    row = submitted(call)
    assert listed(client, officer, o=order).context["cl"].result_list == [row]


def test_an_empty_list_says_what_to_do(client, officer, call):
    assert "once an applicant submits it" in text(listed(client, officer))
    assert "Remove a filter" in text(listed(client, officer, state="rejected"))


def test_drafts_are_their_authors_alone(client, manager, call):
    ApplicationFactory(call=call)

    assert not rows(client, manager)


def test_sorting_by_what_has_an_index(client, officer, call):
    cheap, dear = submitted(call, requested=2000), submitted(call, requested=5000)
    columns = listed(client, officer).context["cl"]
    at = columns.list_display.index("asks")

    assert set(columns.sortable_by) == {"project", "asks", "came"}
    assert listed(client, officer, o=str(at)).context["cl"].result_list == [cheap, dear]
    assert listed(client, officer, o=f"-{at}").context["cl"].result_list == [dear, cheap]


# --- Views --------------------------------------------------------------------------------------------
def keep(client, user, **data):
    client.force_login(user)
    return client.post(reverse("admin:calls_application_views"), data, follow=True, headers=EN)


def change(client, user, view, **data):
    client.force_login(user)
    address = reverse("admin:calls_application_view", args=[view.pk])
    return client.post(address, data, headers=EN, follow=True)


def tabs(client, user, **query):
    return {tab.words: tab for tab in listed(client, user, **query).context["tabs"]}


def test_a_view_is_kept_and_shown_as_a_tab(client, officer, officer2, call):
    page = keep(client, officer, name="  Liège  now ", query="province=BE33&after=x&state=&q=a")

    view = SavedView.objects.get()
    assert (view.name, view.query, view.list) == ("Liège now", "province=BE33&q=a", "calls.application")
    assert page.redirect_chain[0][0].endswith("?province=BE33&q=a")
    assert tabs(client, officer, q="a", province="BE33")["Liège now"].is_current
    assert "Liège now" not in tabs(client, officer2)
    assert "To check" in tabs(client, officer2)
    assert tabs(client, officer2)["All"].is_current


def test_a_shared_view_is_everybodys_to_read_and_its_owners_to_change(client, officer, officer2, manager):
    keep(client, officer, name="Late", query="clock=late", is_shared="on")
    view = SavedView.objects.get()
    assert tabs(client, officer2)["Late"].owner == "Olivia Officer"

    assert change(client, officer2, view, name="Mine now").status_code == 403
    assert change(client, officer2, view, delete="1").status_code == 403
    change(client, officer, view, name="Too late")
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Too late", False)
    assert change(client, officer2, view, name="x").status_code == 404
    change(client, officer, view, name="Too late", is_shared="on")
    change(client, manager, view, delete="1")
    assert not SavedView.objects.exists()


def test_a_name_once_and_not_empty(client, officer):
    keep(client, officer, name="Late", query="clock=late")

    assert "already have a view" in text(keep(client, officer, name="Late", query="clock=today"))
    assert "Give the view a name" in text(keep(client, officer, name=" ", query="clock=today"))
    assert SavedView.objects.count() == 1


def test_an_auditor_keeps_no_view(client, auditor):
    assert keep(client, auditor, name="Late", query="clock=late").status_code == 403
    assert "Keep this view" not in text(listed(client, auditor, clock="late"))
    assert not SavedView.objects.exists()
