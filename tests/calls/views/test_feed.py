"""The Atom feed of calls."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from calls.models import Call
from tests.calls.factories import CallFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/en/calls/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client, address=ADDRESS):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def entries(client, address=ADDRESS) -> dict[str, ElementTree.Element]:
    return {each.findtext(f"{ATOM}title"): each for each in feed(client, address).iter(f"{ATOM}entry")}


def updated(element) -> datetime:
    return datetime.fromisoformat(element.findtext(f"{ATOM}updated"))


def test_calls_open_and_to_come_are_in_it_and_no_others(client):
    now = timezone.now()
    CallFactory(title_en="Open")
    CallFactory(title_en="Coming", opens_at=now + timedelta(days=2), published_at=now)
    CallFactory(title_en="Over", closes_at=now - timedelta(hours=1))
    CallFactory(title_en="Draft", draft=True)
    CallFactory(title_en="Cancelled", state="cancelled")
    assert set(entries(client)) == {"Open", "Coming"}


def test_an_entry_says_what_how_much_and_until_when(client, settings):
    closes_at = datetime(2030, 12, 3, 11, tzinfo=UTC)
    call = CallFactory(slug="voucher", title_en="Voucher", summary_en="For <you> & me.", closes_at=closes_at)
    entry = entries(client)["Voucher"]
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{call.pk}"
    assert entry.find(f"{ATOM}link").get("href") == f"{settings.SITE_URL}/en/calls/voucher/"
    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert summary.text.startswith("For &lt;you&gt; &amp; me. Up to €6,000.")
    assert "Apply until Tuesday" in summary.text
    assert {each.get("term") for each in entry.iter(f"{ATOM}category")} >= {"Creative voucher"}


def test_an_entry_is_as_old_as_what_it_says(client):
    written = timezone.now() - timedelta(days=30)
    call = CallFactory(title_en="Voucher", opens_at=timezone.now() - timedelta(days=3))
    Call.objects.filter(pk=call.pk).update(updated_at=written, published_at=written)
    assert updated(entries(client)["Voucher"]) == call.opens_at
    Call.objects.filter(pk=call.pk).update(updated_at=timezone.now())
    assert updated(entries(client)["Voucher"]) > call.opens_at


def test_the_feed_is_as_old_as_its_newest_entry(client):
    CallFactory(title_en="Old", opens_at=timezone.now() - timedelta(days=40))
    Call.objects.update(updated_at=timezone.now() - timedelta(days=40))
    CallFactory(title_en="New")
    found = feed(client)
    assert updated(found) == max(updated(each) for each in found.iter(f"{ATOM}entry"))


def test_an_empty_feed_does_not_change_by_itself(client):
    assert client.get(ADDRESS).content == client.get(ADDRESS).content
    assert updated(feed(client)).year == 2015


def test_what_has_not_changed_is_304(client):
    CallFactory()
    response = client.get(ADDRESS)
    assert response["Cache-Control"] == "public, max-age=900"
    assert client.get(ADDRESS, headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_it_speaks_the_language_of_its_address(client):
    CallFactory(title_fr="Chèque", title_en="Voucher")
    assert set(entries(client, "/fr/calls/feed.atom")) == {"Chèque"}
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert feed(client, "/de/calls/feed.atom").get(language) == "de"


@pytest.mark.parametrize("count", [1, 3])
def test_four_queries_whatever_there_is(client, count, django_assert_num_queries):
    CallFactory.create_batch(count)
    with django_assert_num_queries(4):
        client.get(ADDRESS)


def test_the_list_of_calls_leads_to_it(client):
    text = client.get("/en/calls/").content.decode()
    assert '<link rel="alternate" type="application/atom+xml" href="/en/calls/feed.atom"' in text
    assert text.count('href="/en/calls/feed.atom"') == 2
    assert 'href="/en/calls/calendar.ics"' in text


def test_the_calendar_is_found_where_it_first_was(client):
    CallFactory()
    first, now = client.get("/en/calls/deadlines.ics"), client.get("/en/calls/calendar.ics")
    assert first.status_code == now.status_code == 200
    assert first.content == now.content
