"""The texts of mails in the back office: four languages on a real row, checked words, versions."""

import pytest

from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory
from tests.common.outbox_factories import OutboxMessageFactory
from wecd.common import mail_texts, mails, outbox
from wecd.common.models import HeldTemplate, JournalEntry, MailTemplate
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
ROOT = "/admin/common/mailtemplate/"
MAIL = f"{ROOT}mails/calls/withdrawn/"
WORDS = {"subject": "{{ reference }}", "body": "Bye {{ name }}, {{ reference }}."}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def writer(db):
    return UserFactory(roles=["communication"], name="Camille")


@pytest.fixture
def desk(client, writer):
    client.force_login(writer, backend=BACKEND)
    return client


@pytest.fixture
def sent(entrepreneur):
    application = ApplicationFactory(submitted=True, applicant=entrepreneur, title="<b>Blanket</b>")
    return OutboxMessageFactory(
        template="calls/withdrawn",
        recipient=entrepreneur,
        about_type="calls.application",
        about_id=application.pk,
    )


def save(by, **changes):
    row = mail_texts.current("calls/withdrawn", "en")
    seen = row.updated_at if row else None
    return mail_texts.save("calls/withdrawn", "en", **({"by": by, "seen": seen} | WORDS | changes))


# --- The domain ------------------------------------------------------------------------------------------
def test_words_are_used_from_the_next_mail_on(manager, sent, entrepreneur):
    save(manager)
    application = mails.about(sent)
    entrepreneur.language = "en"
    message = outbox.queue_mail("calls/withdrawn", to=entrepreneur, about=application)
    assert message.body == f"Bye Élise, {application.reference}.\n"
    assert JournalEntry.objects.get().verb == "common.mailtemplate.save"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"body": "Bye."}, "“{{ reference }}” is missing"),
        ({"body": "{{ reference }} {{ iban }}"}, "no placeholder “{{ iban }}”"),
        ({"body": "{{ reference }} {% include 'base.html' %}"}, "exactly like"),
        ({"subject": ""}, "Write something"),
    ],
)
def test_wrong_placeholders_are_refused(manager, changes, says):
    with pytest.raises(Refused, match=says):
        save(manager, **changes)
    assert not MailTemplate.objects.exists()


@pytest.mark.parametrize("who", ["officer", "finance", "auditor", "entrepreneur"])
def test_who_writes_the_words(request, who):
    with pytest.raises(NotAllowed, match="communication"):
        save(request.getfixturevalue(who))


@pytest.mark.parametrize("template", ["accounts/login_code", "calls/nothing"])
def test_fixed_words_are_fixed(manager, template):
    with pytest.raises(Refused, match="fixed"):
        mail_texts.save(template, "en", by=manager, subject="x", body="x")


def test_versions_restored_and_given_up(manager, writer):
    save(manager)
    save(writer, body="Second {{ reference }}\nline")
    mail_texts.back_to_built_in("calls/withdrawn", "en", by=manager)
    assert mail_texts.current("calls/withdrawn", "en") is None
    newest, oldest = mail_texts.versions(mails.get("calls/withdrawn"), "en")
    assert (newest.who, oldest.who) == ("Camille", "Maud Manager")
    assert newest.changes == [
        ("same", "{{ reference }}"),
        ("gone", "Bye {{ name }}, {{ reference }}."),
        ("new", "Second {{ reference }}"),
        ("new", "line"),
    ]
    assert ("gone", "Application {{ reference }} withdrawn") in oldest.changes  # against the built-in words
    mail_texts.restore(oldest, by=writer)
    assert mails.words(mails.get("calls/withdrawn"), "en") == (WORDS["subject"], WORDS["body"])


def test_a_colleagues_words_are_not_written_over(manager, writer):
    save(manager)
    with pytest.raises(Refused, match="Somebody changed"):
        save(writer, seen=None)
    assert mail_texts.current("calls/withdrawn", "en").body == WORDS["body"]


@pytest.mark.django_db(transaction=True)
def test_two_first_versions_at_once(manager, writer, together):
    found = together(lambda: save(manager, seen=None), lambda: save(writer, seen=None))
    assert sorted(type(one).__name__ for one in found) == ["MailTemplate", "Refused"]
    assert MailTemplate.objects.count() == 1


# --- The pages -------------------------------------------------------------------------------------------
def test_every_mail_is_listed(desk, manager):
    save(manager)
    HeldTemplate.objects.create(template="calls/receipt")
    text = desk.get(ROOT).content.decode()
    assert text.count('<th scope="row">') == len(mails.every())
    assert "mails/calls/receipt/" in text
    assert "mails/accounts/" not in text
    assert "When released" in text


def test_every_language_side_by_side_on_a_real_row(client, officer, sent, django_assert_num_queries):
    client.force_login(officer, backend=BACKEND)
    client.get(MAIL)
    with django_assert_num_queries(12):
        response = client.get(MAIL)
    text, reference = response.content.decode(), mails.about(sent).reference
    for words in (f"Application {reference} withdrawn", f"Demande {reference} retirée", "Bonjour Élise"):
        assert words in text
    assert text.count('<section class="preview"') == 4


def test_personal_facts_are_examples_for_communication(desk, sent):
    text = desk.get(MAIL).content.decode()
    assert "Bonjour Claire" in text
    assert "Élise" not in text


def test_a_mail_never_sent_shows_examples(desk):
    text = desk.get(MAIL).content.decode()
    assert "CC-2026-0051" in text
    assert "never sent" in text


def test_words_are_previewed_then_saved(desk, sent):
    reference = mails.about(sent).reference
    response = desk.post(f"{MAIL}en/", WORDS | {"seen": "", "preview": "1", "body": "<i>{{ reference }}</i>"})
    assert response.status_code == 200
    assert f"&lt;i&gt;{reference}&lt;/i&gt;" in response.content.decode()
    assert not MailTemplate.objects.exists()
    assert desk.post(f"{MAIL}en/", WORDS | {"seen": "", "save": "1"}).status_code == 302
    assert MailTemplate.objects.get().body == WORDS["body"]
    row = MailTemplate.objects.get()
    page = desk.get(f"{MAIL}en/")
    assert page.context["form"].initial["seen"] == row.updated_at.isoformat()
    again = WORDS | {"body": "Second {{ reference }}", "seen": row.updated_at.isoformat(), "save": "1"}
    assert desk.post(f"{MAIL}en/", again).status_code == 302
    assert MailTemplate.objects.get().body == "Second {{ reference }}"


def test_a_wrong_placeholder_keeps_what_was_typed(desk):
    response = desk.post(f"{MAIL}en/", {"subject": "s", "body": "Kept {{ iban }}", "save": "1"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Kept {{ iban }}" in text
    assert "“{{ iban }}”. Choose one" in text
    assert "“{{ reference }}” is missing" in text


def test_versions_page(desk, manager, writer):
    save(manager)
    save(writer, body="<script>2</script> {{ reference }}")
    text = desk.get(f"{MAIL}en/versions/").content.decode()
    assert "<ins>&lt;script&gt;2&lt;/script&gt; {{ reference }}</ins>" in text
    assert "Maud Manager" in text
    oldest = mail_texts.versions(mails.get("calls/withdrawn"), "en")[-1]
    assert desk.post(f"{MAIL}en/versions/", {"version": oldest.pk}).status_code == 302
    assert MailTemplate.objects.get().body == WORDS["body"]
    assert desk.post(f"{MAIL}en/versions/", {"version": "0"}).status_code == 404
    assert desk.post(f"{MAIL}en/", {"built_in": "1"}).status_code == 302
    assert not MailTemplate.objects.exists()


def test_holding_is_for_officers(desk, client, officer):
    assert desk.post(f"{MAIL}hold/", {"held": "yes"}).status_code == 403
    client.force_login(officer, backend=BACKEND)
    client.post(f"{MAIL}hold/", {"held": "yes"})
    assert HeldTemplate.objects.get().template == "calls/withdrawn"
    client.post(f"{MAIL}hold/", {"held": "no"})
    assert not HeldTemplate.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "finance", "officer"])
def test_those_who_read_change_nothing(client, request, who):
    client.force_login(request.getfixturevalue(who), backend=BACKEND)
    text = client.get(f"{MAIL}fr/").content.decode()
    assert 'data-testid="save"' not in text
    assert client.post(f"{MAIL}fr/", WORDS | {"save": "1"}).status_code == 403
    assert client.post(f"{MAIL}fr/", {"built_in": "1"}).status_code == 403
    assert not MailTemplate.objects.exists()


@pytest.mark.parametrize("role", [None, "partner_editor", "hub_manager"])
def test_others_see_nothing(client, role):
    client.force_login(UserFactory(roles=[role] if role else None), backend=BACKEND)
    for address in (ROOT, MAIL, f"{MAIL}fr/", f"{MAIL}fr/versions/"):
        assert client.get(address).status_code in (302, 403)


@pytest.mark.parametrize(
    "address", ["mails/accounts/login_code/", "mails/calls/nothing/", "mails/calls/withdrawn/xx/"]
)
def test_addresses_of_nothing(desk, address):
    assert desk.get(ROOT + address).status_code == 404
