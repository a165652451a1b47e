"""Export and import of a call in the back office."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from calls.domain import call_file
from calls.models import Call
from tests.calls.factories import CallFactory

pytestmark = pytest.mark.django_db
IMPORT = "/admin/calls/call/import/"


def sent(content, **data):
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return {"file": SimpleUploadedFile("call.json", text, "application/json")} | data


def test_a_call_goes_out_and_comes_in(client, officer):
    call = CallFactory()
    client.force_login(officer)

    exported = client.get(reverse("admin:calls_call_export", args=[call.pk]))
    assert exported["Content-Disposition"] == f'attachment; filename="{call.slug}.json"'
    response = client.post(IMPORT, sent(exported.content, slug="again", code="AG"))

    new = Call.objects.get(slug="again")
    assert response.url == reverse("admin:calls_call_change", args=[new.pk])
    assert (new.state, new.code, new.strands.count()) == ("draft", "AG", 1)


def test_problems_are_listed_with_their_place(client, officer):
    content = call_file.export(CallFactory())
    content["call"] |= {"colour": "red", "kind": "loan"}
    client.force_login(officer)

    page = client.post(IMPORT, sent(content))

    assert page.status_code == 422
    assert "call.colour" in page.content.decode()
    assert "call.kind" in page.content.decode()
    assert Call.objects.count() == 1


@pytest.mark.parametrize("text", [b"{", b"[]", b""])
def test_a_file_that_is_none_is_refused(client, officer, text):
    client.force_login(officer)
    assert client.post(IMPORT, sent(text)).status_code == 422
    assert client.post(IMPORT, {"slug": "x"}).status_code == 422


def test_readers_export_and_do_not_import(client, auditor, entrepreneur):
    call = CallFactory()
    client.force_login(auditor)
    assert client.get(reverse("admin:calls_call_export", args=[call.pk])).status_code == 200
    assert client.get(IMPORT).status_code == 403
    assert client.post(IMPORT, sent(call_file.export(call), slug="x", code="X")).status_code == 403
    client.force_login(entrepreneur)
    assert client.get(reverse("admin:calls_call_export", args=[call.pk])).status_code in (302, 403, 404)
    assert Call.objects.count() == 1
