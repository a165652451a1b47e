"""The words of mails: placeholders are checked, filled in once, and nothing else is."""

import pytest
from django.utils import translation

from tests.common.outbox_factories import OutboxMessageFactory
from wecd.common import mails, outbox
from wecd.common.mails import Mail, Placeholder
from wecd.common.models import MailTemplate, OutboxMessage

LANGUAGES = ("fr", "de", "nl", "en")
MAIL = Mail(
    "test/hello",
    "Hello",
    "Now and then.",
    (
        Placeholder("word", "A word", "Ciao", lambda c: c["word"], needed=True),
        Placeholder("name", "The name", "Claire", lambda c: c["recipient"].name, personal=True),
        Placeholder("more", "A sentence, or nothing", "And more.", lambda c: c.get("more")),
    ),
)


@pytest.fixture
def hello(settings, tmp_path, monkeypatch):
    folder = tmp_path / "mail" / "test"
    folder.mkdir(parents=True)
    (folder / "hello.subject.txt").write_text("{{ word }}, {{ name }}\n")
    (folder / "hello.txt").write_text("{% translate 'Yes' %} {{ word }}.\n\n{{ more }}\n\nBye.\n")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    monkeypatch.setitem(mails._declared, MAIL.template, MAIL)
    return MAIL


# --- Filling in ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{ a }} and {{b}}", "1 and {{ a }}"),  # a value is not filled in again
        ("x\n\n{{ empty }}\n\ny", "x\n\ny"),  # a line of nothing goes, with its blank line
        ("x {{ empty }}y", "x y"),
        ("{{ empty }} {{ empty }}\nz", "z"),
        ("{% load i18n %}{{ a.b }} {{ a|upper }} {# c #}", "{% load i18n %}{{ a.b }} {{ a|upper }} {# c #}"),
        ("<b>{{ a }}</b> & co", "<b>1</b> & co"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_fill(text, filled):
    assert mails.fill(text, {"a": "1", "b": "{{ a }}", "empty": ""}) == filled


def test_a_subject_is_one_line_and_fits():
    assert mails.one_line("a\r\nBcc: b\u2028c  d") == "a Bcc: b c d"
    assert mails.one_line("6\u202f000\u00a0€") == "6\u202f000\u00a0€"
    assert len(mails.one_line("x" * 500)) == 300


# --- Checking --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("subject", "body", "part", "says"),
    [
        ("s", "{{ word }} {{ nobody }}", "body", "no placeholder “{{ nobody }}”"),
        ("{{ nobody }}", "{{ word }}", "subject", "no placeholder “{{ nobody }}”"),
        ("s", "Bye.", "body", "“{{ word }}” is missing"),
        ("{{ word }}", "Bye.", "body", "“{{ word }}” is missing"),  # in the subject alone is not enough
        ("s", "{{ word }} {{ name.email }}", "body", "exactly like"),
        ("s", "{{ word }} {{ name|safe }}", "body", "exactly like"),
        ("s", "{{ word }} {% include 'x' %}", "body", "exactly like"),
        ("s", "{{ word }} {{ Name }}", "body", "exactly like"),
        ("s", "{{ word }} }}", "body", "exactly like"),
        ("", "{{ word }}", "subject", "Write something"),
        ("s", " ", "body", "Write something"),
        ("a\nb", "{{ word }}", "subject", "one line"),
    ],
)
def test_what_is_wrong_is_named(subject, body, part, says):
    assert says in " ".join(mails.wrong_with(MAIL, subject, body)[part])


def test_nothing_wrong():
    assert mails.wrong_with(MAIL, "Hello {name} 100 %", "{{word}} { } {{ name }} {{ more }}") == {}


# --- Which words are used ------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_built_in_words_with_and_without(hello, entrepreneur):
    entrepreneur.language = "fr"
    assert mails.built_in(hello, "fr") == (
        "{{ word }}, {{ name }}",
        "Oui {{ word }}.\n\n{{ more }}\n\nBye.\n",
    )
    message = outbox.queue_mail("test/hello", to=entrepreneur, word="Hé & ho", more="Encore.")
    assert (message.subject, message.body) == (
        "Hé & ho, Élise Entrepreneur",
        "Oui Hé & ho.\n\nEncore.\n\nBye.\n",
    )
    assert outbox.queue_mail("test/hello", to=entrepreneur, word="Ha").body == "Oui Ha.\n\nBye.\n"


@pytest.mark.django_db
def test_the_words_of_staff_replace_them_in_one_language(hello, entrepreneur):
    MailTemplate.objects.create(
        template="test/hello", language="fr", subject="Salut", body="Cher {{ name }}, {{ word }} !"
    )
    entrepreneur.language = "fr"
    assert (
        outbox.queue_mail("test/hello", to=entrepreneur, word="oui").body
        == "Cher Élise Entrepreneur, oui !\n"
    )
    entrepreneur.language = "en"
    assert outbox.queue_mail("test/hello", to=entrepreneur, word="yes").body == "Yes yes.\n\nBye.\n"


@pytest.mark.django_db
def test_words_that_no_longer_fit_are_left_out(hello, entrepreneur, caplog):
    MailTemplate.objects.create(
        template="test/hello", language="en", subject="s", body="{{ gone }} {{ word }}"
    )
    assert outbox.queue_mail("test/hello", to=entrepreneur, word="yes").body == "Yes yes.\n\nBye.\n"
    assert "test/hello" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("written", [False, True])
def test_words_cost_the_same_whether_staff_wrote_any(hello, entrepreneur, django_assert_num_queries, written):
    if written:
        MailTemplate.objects.create(template="test/hello", language="en", subject="s", body="{{ word }}")
    with django_assert_num_queries(4):  # the words, whether held, the row, its job
        outbox.queue_mail("test/hello", to=entrepreneur, word="yes")


# --- Every mail the portal sends -----------------------------------------------------------------------
def test_every_mail_is_declared(settings):
    folder = settings.BASE_DIR / "templates" / "mail"
    files = {
        str(path.relative_to(folder)).removesuffix(".subject.txt") for path in folder.rglob("*.subject.txt")
    }
    assert mails.missing(files) == set()
    assert {mail.template for mail in mails.every()} == files


@pytest.mark.parametrize(
    "mail", [mail for mail in mails.every() if mail.is_editable], ids=lambda m: m.template
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_in_words_pass_their_own_check(mail, language):
    subject, body = mails.built_in(mail, language)
    assert mails.wrong_with(mail, subject, body) == {}
    assert "{{" not in "".join(mails.preview(mail, language, (subject, body), None, personal=True))


@pytest.mark.parametrize("mail", mails.every(), ids=lambda mail: mail.template)
def test_mails_about_accounts_are_fixed(mail):
    about_accounts = mail.template.startswith(OutboxMessage.ABOUT_ACCOUNTS)
    assert not (about_accounts and (mail.is_editable or mail.to_applicant))


# --- Previews --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_preview_on_a_real_row(entrepreneur, officer):
    from tests.calls.factories import ApplicationFactory

    mail = mails.get("calls/receipt")
    application = ApplicationFactory(submitted=True, applicant=entrepreneur, title="Blanket <b>")
    message = OutboxMessageFactory(
        template="calls/receipt",
        recipient=entrepreneur,
        about_type="calls.application",
        about_id=application.pk,
    )
    assert mails.recent(mail) == [message]
    for language, word in (("fr", "Référence ?"), ("en", "Ref?")):
        text = (word, "{{ name }} {{ reference }} {{ title }} {{ fingerprint }} {{ requested }}")
        subject, body = mails.preview(mail, language, text, message, personal=True)
        assert subject == word
        assert f"Élise {application.reference} Blanket <b> {'0' * 64}" in body
        assert ("6\u202f000\u00a0€" if language == "fr" else "€6,000") in body
    _subject, body = mails.preview(mail, "fr", ("s", "{{ name }} {{ reference }}"), message, personal=False)
    assert body == f"Claire {application.reference}\n"


@pytest.mark.django_db
def test_a_preview_of_what_the_row_cannot_tell_is_the_example(entrepreneur):
    from tests.calls.factories import ApplicationFactory

    application = ApplicationFactory(submitted=True)  # without award
    message = OutboxMessageFactory(about_type="calls.application", about_id=application.pk)
    mail = mails.get("calls/decisions_released")
    with translation.override("en"):
        body = mails.preview(
            mail, "en", ("s", "{{ amount }} {{ reason }} {{ title }}"), message, personal=True
        )[1]
    assert body == f"6 000 € The project does not start. {application.title}\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "key"), [("", ""), ("calls.nothing", "1"), ("calls.application", "not-a-key")]
)
def test_a_row_that_is_gone(kind, key):
    assert mails.about(OutboxMessageFactory(about_type=kind, about_id=key)) is None
