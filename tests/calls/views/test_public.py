"""The public pages: the list, a call in each phase, the eligibility check, the calendars."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.utils import timezone

from calls.models import Call, CallRule, Criterion, Extension, PublicAnswer, ReferenceCounter
from tests.accounts.factories import UserFactory
from tests.actions.factories import ActionFactory, AxisFactory
from tests.calls.factories import (
    ApplicationFactory,
    CallFactory,
    CallRuleFactory,
    CriterionFactory,
    DocumentRequestFactory,
    FormFactory,
    StrandFactory,
)
from tests.calls.test_ics import parse

pytestmark = pytest.mark.django_db
LIST, HOME = "/en/calls/", "/en/"
DAY = timedelta(days=1)


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def titles(response) -> list[str]:
    return re.findall(r'<h3 class="h3"><a href="[^"]+">(?:<span lang="fr">)?([^<]+)', text_of(response))


def in_phase(phase: str, **kwargs):
    """A call in each phase the public can see, and a draft."""
    now = timezone.now()
    dates = {
        "to_come": (now + DAY, now + 30 * DAY),
        "open": (now - DAY, now + 30 * DAY),
        "closing": (now - DAY, now + DAY),
        "closed": (now - 9 * DAY, now - DAY),
        "results": (now - 90 * DAY, now - 60 * DAY),
        "cancelled": (now - DAY, now + 30 * DAY),
        "draft": (now - DAY, now + 30 * DAY),
    }[phase]
    state = {"results": "closed", "cancelled": "cancelled", "draft": "draft"}.get(phase, "published")
    if phase == "draft":
        kwargs["published_at"] = None
    return CallFactory(opens_at=dates[0], closes_at=dates[1], state=state, title_fr=f"Call {phase}", **kwargs)


PUBLIC = ["to_come", "open", "closing", "closed", "results", "cancelled"]


# --- The list -------------------------------------------------------------------------------------
def test_list_shows_what_is_open_and_to_come_by_date(client):
    for phase in [*PUBLIC, "draft"]:
        in_phase(phase)
    response = client.get(LIST)
    # to come counts by its opening, the others by their closing
    assert sorted(titles(response)[:2]) == ["Call closing", "Call to_come"]
    assert titles(response)[2:] == ["Call open"]
    assert "<h1>Two open calls, one to come</h1>" in text_of(response)
    assert text_of(response).count('data-testid="call-card"') == 3


def test_every_phase_is_one_click_away_and_drafts_never_are(client, officer):
    for phase in [*PUBLIC, "draft"]:
        in_phase(phase)
    CallFactory(title_fr="Draft given up", state="cancelled", published_at=None)
    for user in (None, officer):
        if user:
            client.force_login(user)
        response = client.get(LIST, {"f": "1"})
        assert set(titles(response)) == {f"Call {phase}" for phase in PUBLIC}
        for words in ("Closing soon", "To come", "Closed, being assessed", "Results published", "Cancelled"):
            assert words in text_of(response)


def test_a_status_can_be_chosen_and_taken_away(client):
    in_phase("open")
    in_phase("closed")
    response = client.get(LIST, {"f": "1", "status": "closed"})
    assert titles(response) == ["Call closed"]
    assert 'class="removable" href="?f=1"' in text_of(response)


def test_axes_filter_with_their_counts(client):
    skills = ActionFactory(axis=AxisFactory(mark="skills", name="Skills"))
    for _ in range(2):
        CallFactory(action=skills, title_fr="Skilled")
    CallFactory(title_fr="Businesslike")
    page = text_of(client.get(LIST))
    assert re.findall(r'name="axis" value="(\w+)" checked.*?<span class="count">(\d+)', page, re.DOTALL) == [
        ("skills", "2"),
        ("business", "1"),
    ]
    assert titles(client.get(LIST, {"axis": "skills"})) == ["Skilled", "Skilled"]


def test_who_may_apply_filters_by_legal_form(client):
    for everyone, forms in (("Companies only", ["srl"]), ("Non-profits", ["asbl", "foundation"])):
        CallRuleFactory(call=CallFactory(title_fr=everyone), code="legal_form", params={"allowed": forms})
    CallFactory(title_fr="Anyone")
    assert set(titles(client.get(LIST, {"who": "association"}))) == {"Non-profits", "Anyone"}
    assert set(titles(client.get(LIST, {"who": "company"}))) == {"Companies only", "Anyone"}


def test_kind_and_choice_filter(client):
    CallFactory(title_fr="Voucher")
    CallFactory(title_fr="Boost", boost_up=True)
    assert titles(client.get(LIST, {"kind": "boost_up"})) == ["Boost"]
    assert titles(client.get(LIST, {"how": "first_come"})) == ["Voucher"]


@pytest.mark.parametrize("words", ["cheque creativite", "CHÈQUE", "créativité"])
def test_search_ignores_accents_and_case(client, words):
    CallFactory(title_fr="Chèque créativité")
    CallFactory(title_fr="Autre chose", summary_fr="Rien.")
    assert titles(client.get(LIST, {"q": words})) == ["Chèque créativité"]


def test_nothing_found_shows_a_way_out(client):
    CallFactory()
    page = text_of(client.get(LIST, {"q": "zzz"}))
    assert "No call fits these filters" in page
    assert 'href="?f=1"' in page
    assert "data-testid" not in page


def test_strange_filters_are_ignored(client):
    CallFactory(title_fr="Here")
    asked = {"axis": "moon", "status": "<b>", "page": "-3", "who": ["x", "y"], "q": "\x00" * 3}
    assert client.get(LIST, asked).status_code == 200
    assert titles(client.get(LIST, {"axis": "moon"})) == ["Here"]


def test_long_lists_come_in_pages_that_keep_the_filters(client):
    for number in range(21):
        CallFactory(title_fr=f"N{number}", boost_up=True)
    page = text_of(client.get(LIST, {"kind": "boost_up"}))
    assert page.count('data-testid="call-card"') == 20
    address = re.search(r'href="(\?[^"]*page=2)"', page)[1].replace("&amp;", "&")
    assert "kind=boost_up" in address
    assert len(titles(client.get(LIST + address))) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_list_query_count(client, rows, django_assert_num_queries):
    for _ in range(rows):
        CallRuleFactory(call=CallFactory(), code="legal_form", params={"allowed": ["srl"]})
    with django_assert_num_queries(6):  # changed, deadline, axes, calls, rules of who, rows
        response = client.get(LIST)
    assert text_of(response).count('data-testid="call-card"') == rows


# --- A call ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("phase", "can_apply", "words"),
    [
        ("to_come", False, "Applications open on"),
        ("open", True, "Closes in"),
        ("closing", True, "Closes in"),
        ("closed", False, "The deadline has passed"),
        ("results", False, "its awards are decided"),
        ("cancelled", False, "This call was cancelled"),
    ],
)
def test_a_call_in_each_phase(client, phase, can_apply, words):
    call = in_phase(phase)
    page = text_of(client.get(f"{LIST}{call.slug}/"))
    assert words in page
    button = re.search(r"<(a|button)[^>]*data-testid=\"apply-start\"[^>]*>", page)[0]
    assert (f'href="/en/calls/{call.slug}/apply/"' in button) == can_apply
    assert ('aria-disabled="true"' in button) != can_apply
    assert page.count("<h1") == 1
    assert ('id="how-much"' in page) == (phase in ("to_come", "open", "closing"))
    assert (f"/en/results/?call={call.slug}" in page) == (phase == "results")


def test_a_draft_is_seen_by_staff_alone(client, officer, entrepreneur):
    call = in_phase("draft")
    address = f"{LIST}{call.slug}/"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}check/").status_code == 404
    assert client.get(f"{address}deadline.ics").status_code == 404
    client.force_login(entrepreneur)
    assert client.get(address).status_code == 404
    client.force_login(officer)
    assert "only programme staff see it" in text_of(client.get(address))


def test_a_draft_without_anything_can_be_looked_at(client, officer):
    call = CallFactory(
        state="draft",
        published_at=None,
        envelope=None,
        opens_at=None,
        closes_at=None,
        parts=False,
        title_fr="Bare",
    )
    client.force_login(officer)
    assert "Bare" in text_of(client.get(f"{LIST}{call.slug}/"))


def full_call(rows=1, **kwargs):
    """A call with ``rows`` of each of its parts."""
    call = CallFactory(
        parts=False, boost_up=True, funded="A prototype\nA series", not_funded="Advertising", **kwargs
    )
    ReferenceCounter.objects.create(call=call, last=61)
    form = FormFactory(call=call)
    for number in range(rows):
        StrandFactory(call=call, title_fr=f"Strand {number}")
        DocumentRequestFactory(form=form, label_fr=f"Document {number}")
        CriterionFactory(call=call, label_fr=f"Criterion {number}", weight=30)
        CallRuleFactory(call=call, code="de_minimis_room", params={})
        PublicAnswer.objects.create(
            call=call,
            question_fr=f"Why {number}",
            answer_fr="Because.",
            state="published",
            published_at=timezone.now(),
        )
        Extension.objects.create(
            call=call,
            old_closes_at=call.closes_at - DAY,
            new_closes_at=call.closes_at,
            reason=f"A breakdown {number}.",
            by=UserFactory(),
        )
    return call


def test_a_call_says_everything(client):
    call = full_call()
    PublicAnswer.objects.create(call=call, question_fr="Not yet", answer_fr="No.")
    page = text_of(client.get(f"{LIST}{call.slug}/"))
    for words in (
        "€6,000",
        "75%",
        "12 months",
        "A prototype",
        "Advertising",
        "Criterion 0",
        "Document 0",
        "Why 0",
        "A breakdown 0.",
        "Deadline extended.",
        "61 applications received so far.",
        "cheques@wecd.example",
        "Brussels time",
        "60 seconds more",
    ):
        assert words in page, words
    assert "Not yet" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_call_query_count(client, rows, django_assert_num_queries):
    call = full_call(rows)
    with django_assert_num_queries(11):  # changed, deadline, the call, its seven kinds of parts, the ceiling
        client.get(f"{LIST}{call.slug}/")


@pytest.mark.parametrize("applications", [0, 4])
def test_applications_do_not_cost_the_page_anything(client, applications, django_assert_num_queries):
    call = CallFactory()
    ApplicationFactory.create_batch(applications, call=call, submitted=True)
    with django_assert_num_queries(10):
        page = text_of(client.get(f"{LIST}{call.slug}/"))
    assert (f"{applications} applications received" in page) == bool(applications)


def test_the_page_sets_no_cookie(client):
    assert not client.get(f"{LIST}{full_call().slug}/").cookies


@pytest.mark.parametrize("address", ["", "calls/", "calls/{slug}/"])
def test_a_first_visit_stays_light(client, address):
    """At most 30 kB compressed and 8 requests, fonts and icon aside."""
    call = full_call(3)
    page = client.get(f"{HOME}{address.format(slug=call.slug)}").content
    found = re.findall(r'(?:src|href)="/static/([^"]+\.(?:css|js))"', page.decode())
    files = [Path(finders.find(name)).read_bytes() for name in found]
    assert len(files) + 1 <= 8
    assert sum(len(gzip.compress(part)) for part in [page, *files]) <= 30_000


def test_a_cost_is_split_without_scripts(client):
    call = CallFactory()
    page = text_of(client.get(f"{LIST}{call.slug}/", {"cost": "10 000"}))
    assert "€4,000" in page
    assert "The grant stops at €6,000" in page
    assert "VAT, €2,100" in page
    page = text_of(client.get(f"{LIST}{call.slug}/", {"cost": "beaucoup"}))
    assert "Write the cost as a number" in page
    assert 'aria-invalid="true"' in page


def test_a_strand_can_be_chosen(client):
    call = CallFactory()
    StrandFactory(call=call, code="big", title="Big", ceiling=20_000, funding_rate=50)
    page = text_of(client.get(f"{LIST}{call.slug}/", {"strand": "big", "cost": "30000"}))
    assert "€15,000" in page
    assert '<option value="big"' in page
    assert "Strands of this call" in page


def test_structured_data_cannot_break_out(client):
    call = CallFactory(title_fr='</script><script>alert("1")</script>')
    page = text_of(client.get(f"{LIST}{call.slug}/"))
    assert "<script>alert" not in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "MonetaryGrant"
    assert data["name"] == call.title
    assert data["amount"] == {"@type": "MonetaryAmount", "currency": "EUR", "maxValue": "6000.00"}


def test_what_exists_only_in_french_says_so(client):
    call = CallFactory(
        title_fr="Chèque : l'idée", title_en="", summary_fr="En français.", summary_en="In English."
    )
    page = text_of(client.get(f"{LIST}{call.slug}/"))
    assert '<span lang="fr">Chèque\u00a0: l’idée</span>' in page
    assert "Parts of this page exist only in French." in page
    assert "In English." in page
    assert "only in French" not in text_of(client.get(f"/fr/calls/{call.slug}/"))


def test_an_unknown_address_is_not_found(client):
    assert client.get(f"{LIST}nothing-here/").status_code == 404


# --- Kept pages -----------------------------------------------------------------------------------
@pytest.fixture
def still():
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.mark.usefixtures("still")
def test_a_page_nobody_changed_costs_one_query(client, django_assert_num_queries):
    call = full_call()
    for address in (HOME, LIST, f"{LIST}{call.slug}/"):
        first = client.get(address)
        with django_assert_num_queries(1):
            again = client.get(address)
        assert again.content == first.content
        with django_assert_num_queries(1):
            known = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (known.status_code, known.content) == (304, b"")


CHANGES = {
    "call": lambda call: Call.objects.filter(pk=call.pk).update(title_fr="Changed", title_en="Changed"),
    "strand": lambda call: call.strands.update(ceiling=5999),
    "rule": lambda call: call.rules.all().delete(),
    "criterion": lambda call: call.criteria.update(weight=31),
    "extension": lambda call: call.extensions.update(reason_fr="Changed", reason_en="Changed"),
    "answer": lambda call: call.public_answers.update(answer_fr="Changed", answer_en="Changed"),
    "envelope": lambda call: type(call.envelope).objects.filter(pk=call.envelope_id).update(committed=6000),
    "counter": lambda call: ReferenceCounter.objects.filter(call=call).update(last=62),
    "document": lambda call: call.form.documents.update(label_fr="Changed", label_en="Changed"),
    "axis": lambda call: AxisFactory._meta.model.objects.update(name="Changed", name_en="Changed"),
}


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("part", CHANGES)
def test_a_change_shows_at_once(client, part):
    call = full_call()
    address = f"{LIST}{call.slug}/"
    before = client.get(address)
    CHANGES[part](call)
    after = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.content != before.content


@pytest.mark.usefixtures("still")
def test_the_list_shows_a_change_at_once(client):
    call = CallFactory(title_fr="First")
    assert titles(client.get(LIST)) == ["First"]
    CallFactory(title_fr="Second", closes_at=call.closes_at + DAY)
    assert titles(client.get(LIST)) == ["First", "Second"]
    Call.objects.filter(pk=call.pk).update(state="cancelled")
    assert titles(client.get(LIST)) == ["Second"]


def test_a_deadline_passes_on_a_kept_page_too(client):
    call = in_phase("closing")
    address = f"{LIST}{call.slug}/"
    assert "Closes in" in text_of(client.get(address))
    with time_machine.travel(call.closes_at + timedelta(seconds=11)):
        assert "The deadline has passed" in text_of(client.get(address))


@pytest.mark.usefixtures("still")
def test_what_is_kept_is_nobodys_in_particular(client, officer):
    call = CallFactory()
    address = f"{LIST}{call.slug}/"
    client.force_login(officer)
    own = client.get(address)
    assert officer.get_short_name() in text_of(own)
    assert "ETag" not in own
    client.logout()
    client.cookies.clear()
    assert officer.get_short_name() not in text_of(client.get(address))
    assert "Cookie" in client.get(address)["Vary"]


# --- Am I eligible? -------------------------------------------------------------------------------
@pytest.fixture
def ruled():
    call = CallFactory()
    CallRuleFactory(
        call=call, code="size_class", params={"allowed": ["micro", "small", "medium"]}, position=1
    )
    CallRuleFactory(call=call, code="wallonia_seat_or_site", params={"which": "both"}, position=2)
    return call


def check(client, call, data=None, method="post", **headers):
    return getattr(client, method)(f"{LIST}{call.slug}/check/", data or {}, headers=headers)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "Answer a question"),
        ({"sme": "yes"}, "So far, yes."),
        ({"sme": "yes", "wallonia-both": "yes"}, "Yes, you can apply."),
        ({"sme": "yes", "wallonia-both": "no"}, "As it stands, no."),
        ({"sme": "unknown", "wallonia-both": "yes"}, "Perhaps."),
        ({"sme": "no"}, "As it stands, no."),
        ({"sme": "<script>"}, "Answer a question"),
    ],
)
def test_the_check_answers_in_words(client, ruled, method, answers, words):
    response = check(client, ruled, answers, method)
    page = text_of(response)
    assert words in page
    assert response["Cache-Control"] == "no-store"
    assert "<script>alert" not in page


def test_the_check_says_what_to_do(client, ruled):
    page = text_of(check(client, ruled, {"sme": "yes", "wallonia-both": "no"}))
    assert "You are an SME." in page
    assert "register it in the Crossroads Bank" in page
    assert 'value="no" checked' in page  # the answers stay in the form


def test_a_script_gets_the_verdict_alone(client, ruled):
    page = text_of(check(client, ruled, {"sme": "yes"}, **{"X-Fragment": "1"}))
    assert "So far, yes." in page
    assert "<html" not in page


def test_the_check_stores_nothing(client, ruled, django_assert_num_queries):
    strict = type(client)(enforce_csrf_checks=True)
    with django_assert_num_queries(3) as queries:  # the call, its strands, its rules
        response = check(strict, ruled, {"sme": "yes"})
    assert response.status_code == 200
    assert not response.cookies
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_the_check_is_the_same_form_on_the_page(client, ruled):
    page = text_of(client.get(f"{LIST}{ruled.slug}/"))
    assert f'action="/en/calls/{ruled.slug}/check/#verdict"' in page
    assert 'name="sme"' in page
    assert "csrfmiddlewaretoken" not in page
    assert "2 questions. Nothing is stored." in page


# --- Calendars ------------------------------------------------------------------------------------
def test_the_deadline_of_a_call_is_a_calendar(client):
    call = in_phase("open")
    response = client.get(f"{LIST}{call.slug}/deadline.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = dict(parse(response.content.decode()))
    assert found["UID"] == f"call-{call.pk}-deadline@wecd"
    assert found["DTSTART"] == call.closes_at.strftime("%Y%m%dT%H%M%SZ")
    assert found["TRIGGER"]
    assert found["URL"].endswith(f"/en/calls/{call.slug}/")


def test_an_extension_moves_the_same_event(client):
    call = full_call()
    found = dict(parse(client.get(f"{LIST}{call.slug}/deadline.ics").content.decode()))
    assert (found["UID"], found["SEQUENCE"]) == (f"call-{call.pk}-deadline@wecd", "1")


@pytest.mark.parametrize("rows", [1, 3])
def test_every_deadline_in_one_calendar(client, rows, django_assert_num_queries):
    coming = in_phase("to_come")
    for _ in range(rows):
        in_phase("open")
    cancelled = in_phase("cancelled")
    in_phase("draft")
    in_phase("results")
    with django_assert_num_queries(5):
        text = client.get(f"{LIST}deadlines.ics").content.decode()
    pairs = parse(text)
    uids = [value for name, value in pairs if name == "UID"]
    assert len(uids) == len(set(uids)) == rows + 3
    assert f"call-{coming.pk}-opening@wecd" in uids
    assert f"call-{cancelled.pk}-deadline@wecd" in uids
    assert pairs.count(("STATUS", "CANCELLED")) == 1


# --- No part of a call is written by these pages --------------------------------------------------
def test_reading_changes_nothing(client):
    call = full_call()
    before = list(Call.objects.values()), list(CallRule.objects.values()), list(Criterion.objects.values())
    for address in ("", f"{call.slug}/", f"{call.slug}/check/", f"{call.slug}/deadline.ics", "deadlines.ics"):
        assert client.get(LIST + address).status_code == 200
        assert client.post(LIST + address).status_code in (200, 405)
    assert before == (
        list(Call.objects.values()),
        list(CallRule.objects.values()),
        list(Criterion.objects.values()),
    )
