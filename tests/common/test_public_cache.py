"""Whole pages kept for passers-by: right to the second, right after each change, and nobody's own."""

import gzip
from datetime import timedelta
from unittest import mock

import pytest
from django.core.cache import cache
from django.utils import timezone

from calls.domain import calls
from calls.domain.stamps import next_moment, stamp
from calls.models import Call
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common import public_cache
from wecd.pages.kept import changed

pytestmark = pytest.mark.django_db
LIST = "/fr/calls/"


def kept() -> int:
    return len(public_cache._pages)


def page_of(call: Call) -> str:
    return f"/fr/calls/{call.slug}/"


def at(moment):
    return mock.patch.object(timezone, "now", return_value=moment)


# --- It is kept ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", [LIST, "/fr/", "call"])
def test_the_second_reader_costs_one_query_and_gets_the_same(client, django_assert_num_queries, address):
    address = page_of(CallFactory()) if address == "call" else address
    with at(timezone.now()):
        first = client.get(address)
        with django_assert_num_queries(1):
            again = client.get(address)
    assert (again.status_code, again.content) == (200, first.content)
    said = {name: value for name, value in first.items() if name != "X-Request-ID"}
    assert {name: again[name] for name in said} == said
    assert "Content-Security-Policy" in again
    assert "X-Request-ID" not in again


def test_each_language_and_encoding_has_its_own(client):
    call = CallFactory(title_fr="Titre", title_en="Title")
    for _round in range(2):
        french, english = (client.get(f"/{code}/calls/{call.slug}/").content for code in ("fr", "en"))
        packed = client.get(page_of(call), headers={"accept-encoding": "gzip"})
        assert b"Titre" in french
        assert b"Title" in english
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == french


def test_a_reader_who_has_it_is_told_so_whether_it_is_kept_or_not(client):
    tag = client.get(LIST)["ETag"]
    for _kept in (True, False):
        response = client.get(LIST, headers={"if-none-match": tag})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
        public_cache.forget()
    assert client.get(LIST, headers={"if-none-match": 'W/"other"'}).status_code == 200


def test_memory_has_an_end(client, monkeypatch):
    for code in ("fr", "de", "nl", "en"):
        client.get(f"/{code}/calls/")
    assert kept() == 4
    monkeypatch.setattr(public_cache, "MOST_BYTES", 1)
    client.get("/fr/")
    assert kept() == 1


# --- It is right --------------------------------------------------------------------------------------
def test_a_change_shows_at_once(client):
    call = CallFactory(title_fr="Avant")
    with at(timezone.now()):
        for address in (page_of(call), LIST):
            assert b"Avant" in client.get(address).content
        Call.objects.filter(pk=call.pk).update(title_fr="Apr&egrave;s")  # without the ORM's signals
        for address in (page_of(call), LIST):
            assert b"Avant" not in client.get(address).content


def test_a_call_cancelled_shows_at_once(client, manager):
    call = CallFactory()
    with at(timezone.now()):
        before = client.get(page_of(call)).content.decode()
        calls.cancel(call, by=manager, reason="Plus de budget pour cela.")
        after = client.get(page_of(call)).content.decode()
    assert "Plus de budget pour cela." not in before
    assert "Plus de budget pour cela." in after


def test_what_changes_while_a_page_is_written_makes_it_too_old(client, monkeypatch):
    call = CallFactory(title_fr="Avant")
    from calls.views import public

    written = public.render

    def late(*args, **kwargs):
        response = written(*args, **kwargs)
        Call.objects.filter(pk=call.pk).update(title_fr="Apres")
        return response

    with at(timezone.now()):
        with monkeypatch.context() as patch:
            patch.setattr(public, "render", late)
            assert b"Avant" in client.get(page_of(call)).content
        assert b"Apres" in client.get(page_of(call)).content


@pytest.mark.parametrize("moment", ["opens_at", "closes_at"])
def test_an_opening_and_a_deadline_are_right_to_the_second(client, moment):
    """The life of a page is ten seconds, and two seconds when something begins or ends in two."""
    now = timezone.now().replace(microsecond=0)
    other = {"opens_at": now - timedelta(days=5), "closes_at": now + timedelta(days=5)}
    call = CallFactory(**other | {moment: now + timedelta(seconds=2)})
    apply = f"/fr/calls/{call.slug}/apply/"
    with at(now):
        before = client.get(page_of(call)).content.decode()
    with at(now + timedelta(seconds=1, milliseconds=999)):
        assert client.get(page_of(call)).content.decode() == before
    with at(now + timedelta(seconds=2)):
        after = client.get(page_of(call)).content.decode()
    assert ((apply in before), (apply in after)) == (moment == "closes_at", moment == "opens_at")


def test_words_that_follow_the_clock_lag_ten_seconds_at_most(client, django_assert_num_queries):
    now = timezone.now()
    with at(now):
        client.get(LIST)
    with at(now + timedelta(seconds=9)), django_assert_num_queries(1):
        client.get(LIST)
    with at(now + timedelta(seconds=10)), pytest.raises(pytest.fail.Exception), django_assert_num_queries(1):
        client.get(LIST)


def test_the_next_moment_is_an_opening_a_deadline_or_the_end_of_grace():
    now = timezone.now()
    assert next_moment(now) is None
    call = CallFactory(
        opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2), grace_seconds=60
    )
    CallFactory(draft=True, opens_at=now + timedelta(minutes=1), closes_at=now + timedelta(minutes=2))
    assert next_moment(now) == call.opens_at
    assert next_moment(call.opens_at) == call.closes_at
    assert next_moment(call.closes_at) == call.accepts_until
    assert next_moment(call.accepts_until) is None


def test_versions_change_with_what_they_stand_for_and_with_nothing_else():
    call, other = CallFactory(), CallFactory()
    one, every, start = stamp(call.slug), stamp(), changed()
    assert (stamp(call.slug), stamp(), changed()) == (one, every, start)
    ApplicationFactory(call=other)
    assert (stamp(call.slug), stamp(), changed()) == (one, every, start)
    Call.objects.filter(pk=other.pk).update(title_fr="Autre")
    assert stamp(call.slug) == one
    assert every != stamp()
    assert start != changed()


# --- It is nobody's own -------------------------------------------------------------------------------
def test_what_somebody_signed_in_sees_is_never_kept_nor_given_what_is(client, entrepreneur):
    client.force_login(entrepreneur)
    own = client.get(LIST).content.decode()
    assert kept() == 0
    client.logout()
    passer_by = client.get(LIST).content.decode()
    assert kept() == 1
    assert entrepreneur.get_short_name() in own
    assert entrepreneur.get_short_name() not in passer_by
    client.force_login(entrepreneur)
    assert entrepreneur.get_short_name() in client.get(LIST).content.decode()


@pytest.mark.parametrize("cookie", ["sessionid", "messages", "anything"])
def test_an_unknown_cookie_keeps_the_page_out(client, django_assert_num_queries, cookie):
    client.cookies[cookie] = "x"
    client.get(LIST)
    assert kept() == 0


@pytest.mark.parametrize("cookie", [("django_language", "en"), ("csrftoken", "t" * 32)])
def test_the_language_and_the_forms_token_do_not(client, cookie):
    client.cookies[cookie[0]] = cookie[1]
    client.get(LIST)
    assert kept() == 1


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (f"{LIST}?q=x", {}),
        ("/fr/nothing/", {}),
        ("/fr/contact/", {}),  # its form has a token, so it sets a cookie
        ("/accounts/login/", {}),
        ("/sitemap.xml", {}),
        (LIST, {"authorization": "Basic eDp5"}),
    ],
)
def test_what_is_not_a_public_page_as_such_is_not_kept(client, address, headers):
    client.get(address, headers=headers)
    client.post(address)
    client.head(LIST)
    assert kept() == 0


def test_two_hosts_are_two_pages_and_an_unknown_one_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    assert client.get(LIST, headers={"host": "one.example"}).status_code == 200
    assert client.get(LIST, headers={"host": "two.example"}).status_code == 200
    assert kept() == 2
    assert client.get(LIST, headers={"host": "three.example"}).status_code == 400


def test_nothing_is_read_from_the_shared_cache(client):
    """The pages are the process's own: whoever can write to the cache server cannot write a page."""
    with at(timezone.now()):
        first = client.get(LIST).content
        cache.clear()
        assert client.get(LIST).content == first
