"""The page of one application: versions, previews, budget, look-alikes, and how much it costs to read."""

import pytest
from django.urls import reverse

from calls.domain import conversations, submissions
from calls.models import Attachment, Submission
from tests.accounts.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common import clocks
from wecd.common.models import Clock

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
PAGE_QUERIES = 24  # and two more beside a list


@pytest.fixture
def application(db):
    return ApplicationFactory(submitted=True, enterprise__phone="+32 477 12 34 56")


def submit_as_it_stands(row, number, **changes):
    """A version with what the application says now."""
    for key, value in changes.items():
        row.answers.filter(key=key).update(value=value)
    content = submissions.canonical_content(row).decode()
    return Submission.objects.create(
        application=row,
        number=number,
        received_at=row.submitted_at,
        content=content,
        sha256="1" * 64,
        by=row.applicant,
    )


def page(client, row, user, **query):
    client.force_login(user)
    return client.get(reverse("admin:calls_application_change", args=[row.pk]), query, headers=EN)


def text(response):
    return response.content.decode()


# --- Cost ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_one_query_count(client, officer, rows, django_assert_num_queries):
    call = CallFactory()
    row = ApplicationFactory(call=call, submitted=True, enterprise__phone="+32 477 12 34 56")
    clocks.start(row, Clock.Kind.ADMISSIBILITY, working_days=5)
    for number in range(rows):
        submit_as_it_stands(row, number + 2, pitch=f"A blanket that can be repaired, {number}.")
        conversations.note(row, by=officer, text=f"Note {number}")
        conversations.say(row, by=officer, text=f"Message {number}")
        twin = EnterpriseFactory(iban=row.enterprise.iban, phone="0477/123456")
        ApplicationFactory(call=call, submitted=True, enterprise=twin, title=f"A repairable blanket {number}")
    page(client, row, officer)

    with django_assert_num_queries(PAGE_QUERIES):
        words = text(page_again(client, row))

    assert words.count("Same bank account") == rows
    assert f"Note {rows - 1}" in words
    assert f"Message {rows - 1}" in words


def page_again(client, row):
    return client.get(reverse("admin:calls_application_change", args=[row.pk]), headers=EN)


# --- Versions ------------------------------------------------------------------------------------------
def test_what_changed_since_the_version_before(client, officer, application):
    submit_as_it_stands(application, 2, pitch="A blanket that can be repaired.")
    submit_as_it_stands(application, 3, pitch="A <b>coat</b> that can be repaired.", provider=None)

    words = text(page(client, application, officer))

    assert "Version 3" in words
    assert "<del>A blanket </del>" in words
    assert "<ins>A &lt;b&gt;coat&lt;/b&gt; </ins>" in words
    assert words.count('class="changed"') == 2
    assert "taken out" in words
    assert "Studio Ombelle" in words  # the old text can be reached


def test_an_older_version_can_be_read(client, officer, application):
    submit_as_it_stands(application, 2, pitch="First words.")
    submit_as_it_stands(application, 3, pitch="Later words.")

    words = text(page(client, application, officer, version="2"))

    assert "not the latest" in words
    assert "First words." in words
    assert "Later words." not in words


@pytest.mark.parametrize("version", ["9", "x", "-1", "", "²", "9" * 5000])
def test_a_version_that_is_not_there_is_the_latest(client, officer, application, version):
    submit_as_it_stands(application, 2, pitch="Later words.")
    assert "Later words." in text(page(client, application, officer, version=version))


def test_staff_read_what_was_submitted_not_what_is_being_written(client, officer, application):
    submit_as_it_stands(application, 2)
    application.answers.filter(key="pitch").update(value="Not sent yet.")

    words = text(page(client, application, officer))

    assert "Not sent yet." not in words
    assert "A blanket that can be repaired." in words


# --- Budget ----------------------------------------------------------------------------------------------
def test_the_budget_check_has_a_verdict_on_each_rule(client, officer, application):
    words = text(page(client, application, officer))
    for sentence in (
        "3 lines, each with a description, a quantity and a price.",
        "No unit price is above €625",
        "The lines add up to €8,000, the eligible cost.",
        "€6,000 requested: within 75% of €8,000, €6,000.",
        "Between the smallest grant, €1,000, and the ceiling, €6,000.",
        "The envelope has room:",
    ):
        assert sentence in words.replace("\u00a0", ""), sentence


# --- Files -------------------------------------------------------------------------------------------------
def attach(application, name, content_type, content=b"x"):
    from django.core.files.base import ContentFile

    row = Attachment(
        application=application,
        key="quote",
        name=name,
        size=len(content),
        content_type=content_type,
        sha256="2" * 64,
        uploaded_by=application.applicant,
    )
    row.file.save(name, ContentFile(content), save=False)
    row.save()
    return row


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [("image/png", True), ("application/pdf", True), ("application/vnd.oasis.opendocument.text", False)],
)
def test_previews_are_shown_in_place_to_those_who_may_see(client, officer, application, content_type, shown):
    file = attach(application, "quote", content_type)
    address = reverse("preview", args=[application.pk, file.pk])
    client.force_login(officer)

    response = client.get(address)

    assert response.status_code == (200 if shown else 404)
    if shown:
        assert response["Content-Type"] == content_type
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert response["Content-Disposition"].startswith("inline")
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert ("sandbox" in policy) == (content_type != "application/pdf")
        assert "no-store" in response["Cache-Control"]


def test_previews_are_nobody_elses(client, application):
    address = reverse("preview", args=[application.pk, attach(application, "quote", "image/png").pk])
    assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404


def test_the_page_may_frame_its_own_previews_and_nothing_else(client, officer, application):
    assert "frame-src 'self'" in page(client, application, officer)["Content-Security-Policy"]


# --- Next and previous ------------------------------------------------------------------------------------
def test_before_and_after_in_the_list_one_came_from(client, officer):
    call = CallFactory()
    rows = [ApplicationFactory(call=call, submitted=True, answers=False) for _ in range(3)]
    ApplicationFactory(submitted=True, answers=False)
    query = f"call={call.pk}"

    response = page(client, rows[1], officer, list=query)

    assert {response.context["before"], response.context["after"]} == {rows[0].pk, rows[2].pk}
    words = text(response)
    assert 'rel="prev"' in words
    assert 'rel="next"' in words
    assert f"list=call%3D{call.pk}" in words
    assert "Last of the list" in text(page(client, rows[0], officer, list=query))
    assert 'rel="next"' not in text(page(client, rows[1], officer))


# --- Personal data -----------------------------------------------------------------------------------------
def test_communication_sees_no_personal_data(client, application):
    twin = EnterpriseFactory()
    MembershipFactory(enterprise=twin, user=application.applicant)
    application.applicant.name, application.applicant.phone = "Clémence Roussel", "+32 470 55 66 77"
    application.applicant.save()
    for role, sees in (("officer", True), ("communication", False)):
        words = text(page(client, application, UserFactory(roles=[role])))
        card = words[words.index('id="enterprise"') :]
        for secret in ("Clémence Roussel", application.applicant.email, "55 66 77"):
            assert (secret in card) == sees, (role, secret)


def test_an_applicant_never_reaches_the_page(client, application):
    assert page(client, application, application.applicant).status_code == 403
