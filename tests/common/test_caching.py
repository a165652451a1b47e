"""What may be kept of a page, by whom: nothing of anybody's own."""

import gzip

import brotli
import pytest

from tests.calls.factories import CallFactory
from wecd.common import public_cache

pytestmark = pytest.mark.django_db
PUBLIC = "/fr/calls/"


def test_a_public_page_may_be_kept_and_is_asked_for_again(client):
    response = client.get(PUBLIC)
    assert "public" in response["Cache-Control"]
    assert "no-cache" in response["Cache-Control"]  # kept, and asked about each time
    assert {"Cookie", "Accept-Encoding"} <= set(response["Vary"].split(", "))
    again = client.get(PUBLIC, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    CallFactory(title="Un nouvel appel")
    assert client.get(PUBLIC, headers={"if-none-match": response["ETag"]}).status_code == 200


@pytest.mark.parametrize("address", ["/fr/space/", PUBLIC, "/fr/applications/"])
def test_what_somebody_signed_in_sees_is_kept_by_nobody(client, entrepreneur, address):
    client.force_login(entrepreneur)
    control = client.get(address)["Cache-Control"]
    assert "no-store" in control
    assert "private" in control
    assert "public" not in control


@pytest.mark.parametrize("address", ["/admin/", "/accounts/login/", "/fr/nothing-here/"])
def test_neither_are_sign_in_the_back_office_and_errors(client, address):
    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize(("name", "decode"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_it_comes_compressed_and_still_answers_304(client, name, decode):
    plain = client.get(PUBLIC)
    packed = client.get(PUBLIC, headers={"accept-encoding": f"{name};q=1.0, deflate"})
    assert packed["Content-Encoding"] == name
    assert decode(packed.content) == plain.content
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    headers = {"accept-encoding": name, "if-none-match": packed["ETag"]}
    assert client.get(PUBLIC, headers=headers).status_code == 304


def test_a_private_page_is_compressed_too(client, entrepreneur):
    client.force_login(entrepreneur)
    response = client.get("/fr/space/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"


def test_compression_is_done_once_for_all_readers(client):
    from django.core.cache import cache

    cache.clear()
    headers = {"accept-encoding": "br"}
    first = client.get(PUBLIC, headers=headers).content
    key = next(key for key in cache._cache if "packed:br" in key).split(":", 2)[2]
    cache.set(key, b"what was packed before")
    public_cache.forget()
    assert client.get(PUBLIC, headers=headers).content == b"what was packed before" != first


def test_a_page_that_sets_a_cookie_is_private(client):
    response = client.get(f"/fr/calls/{CallFactory().slug}/ask/")
    assert response.cookies  # the form's token
    assert "no-store" in response["Cache-Control"]


def test_a_message_for_one_reader_is_not_kept(client):
    client.cookies["messages"] = "something"
    assert "no-store" in client.get(PUBLIC)["Cache-Control"]
