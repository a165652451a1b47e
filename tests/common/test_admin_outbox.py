"""The outbox in the back office: who sees what, one message as it leaves, acts that report each refusal."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.common.outbox_factories import OutboxMessageFactory, jobs
from tests.vouchers.factories import VoucherFactory
from wecd.common import outbox
from wecd.common.models import OutboxMessage

pytestmark = pytest.mark.django_db
LIST = "/admin/common/outboxmessage/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def page(message) -> str:
    return reverse("admin:common_outboxmessage_change", args=[message.pk])


def act(message, verb) -> str:
    return reverse("admin:common_outboxmessage_act", args=[message.pk, verb])


@pytest.fixture
def office(client, officer):
    client.force_login(officer, backend=BACKEND)
    return client


# --- The list --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same(office, rows, django_assert_num_queries):
    OutboxMessageFactory.create_batch(rows, state="held")
    office.get(LIST)
    with django_assert_num_queries(7):
        response = office.get(LIST)
    assert len(response.context["cl"].result_list) == rows


def shown(client, query) -> set:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    return set(response.context["cl"].result_list)


def test_filters(office):
    held = OutboxMessageFactory(state="held")
    receipt = OutboxMessageFactory(template="calls/receipt", language="de", state="sent")
    rejected = OutboxMessageFactory(template="calls/decisions_rejected", state="bounced")
    assert shown(office, "state=held") == {held}
    assert shown(office, "template=decisions") == {held, rejected}
    assert shown(office, "template=calls/receipt") == {receipt}
    assert shown(office, "language=de") == {receipt}
    assert shown(office, "state=held&template=calls/receipt") == set()
    assert shown(office, "state=nonsense") == {held, receipt, rejected}


def test_all_mails_of_a_call(office):
    application, other = ApplicationFactory(submitted=True), ApplicationFactory(submitted=True)
    voucher, call = VoucherFactory(), CallFactory()
    ApplicationFactory(call=call, submitted=True, award=voucher.award)
    mine = OutboxMessageFactory(about_type="calls.application", about_id=application.pk)
    OutboxMessageFactory(about_type="calls.application", about_id=other.pk)
    issued = OutboxMessageFactory(about_type="vouchers.voucher", about_id=voucher.pk)
    assert shown(office, f"call={application.call_id}") == {mine}
    assert shown(office, f"call={call.pk}") == {issued}
    assert shown(office, "call=nonsense") == set()
    assert shown(office, f"about_type=calls.application&about_id={application.pk}") == {mine}


@pytest.mark.parametrize("typed", ["reference ecole", "ÉCOLE", "zoe@example"])
def test_search_ignores_accents(office, typed):
    found = OutboxMessageFactory(subject="Référence : École 6", to="zoe@example.org")
    OutboxMessageFactory(subject="Autre")
    assert shown(office, f"q={typed}") == {found}


# --- One message -----------------------------------------------------------------------------------------
def test_a_message_as_it_leaves(office, entrepreneur):
    application = ApplicationFactory(submitted=True, title="A blanket")
    message = OutboxMessageFactory(
        state="held",
        recipient=entrepreneur,
        about_type="calls.application",
        about_id=application.pk,
        subject="<script>alert(1)</script>",
        body="Dear <b>Zoé</b>,\n\nhttp://x.example\n",
    )
    text = office.get(page(message)).content.decode()
    assert "Dear &lt;b&gt;Zoé&lt;/b&gt;" in text
    assert "<script>alert" not in text
    assert 'lang="fr"' in text
    assert reverse("admin:calls_application_change", args=[application.pk]) in text
    for verb in ("release", "edit", "discard"):
        assert f"act-{verb}" in text
    assert "act-resend" not in text


def test_words_before_an_edit_stay_readable(office, officer):
    message = OutboxMessageFactory(state="held")
    assert office.post(act(message, "edit"), {"subject": "New", "body": "New words"}).status_code == 302
    message.refresh_from_db()
    assert (message.subject, message.body, message.edited_by) == ("New", "New words\n", officer)
    text = office.get(page(message)).content.decode()
    assert "Bonne nouvelle." in text
    assert "New words" in text


def test_an_edit_keeps_what_was_typed_when_refused(office):
    message = OutboxMessageFactory(state="held")
    response = office.post(act(message, "edit"), {"subject": "", "body": "Kept"})
    assert response.status_code == 200
    assert "Kept" in response.content.decode()
    message.refresh_from_db()
    assert message.body == "Bonne nouvelle.\n"


@pytest.mark.parametrize("rows", [1, 3])
def test_a_message_costs_the_same(office, officer, rows, django_assert_num_queries):
    message = OutboxMessageFactory(state="sent")
    for _ in range(rows):
        OutboxMessage.objects.update(state="sent")
        outbox.resend(message, by=officer)
    office.get(page(message))
    with django_assert_num_queries(6):
        office.get(page(message))


@pytest.mark.parametrize(
    ("verb", "before", "data", "after"),
    [
        ("release", "held", {"at": ""}, "queued"),
        ("hold", "queued", {}, "held"),
        ("retry", "failed", {}, "queued"),
        ("discard", "held", {"reason": "By post."}, "discarded"),
        ("bounce", "sent", {"reason": "550 unknown"}, "bounced"),
        ("resend", "sent", {}, "sent"),
    ],
)
def test_acts(office, verb, before, data, after):
    message = OutboxMessageFactory(state=before)
    assert office.get(act(message, verb)).status_code == 200
    assert office.post(act(message, verb), data).status_code == 302
    message.refresh_from_db()
    assert message.state == after
    assert OutboxMessage.objects.count() == (2 if verb == "resend" else 1)


def test_released_at_a_time_of_brussels(office):
    message = OutboxMessageFactory(state="held")
    moment = timezone.localtime(timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    office.post(act(message, "release"), {"at": moment.strftime("%Y-%m-%dT%H:%M")})
    message.refresh_from_db()
    assert (message.release_at, jobs()) == (moment, [moment])
    assert "Leaves" in office.get(page(message)).content.decode()


def test_a_refusal_is_shown_on_the_page(office):
    message = OutboxMessageFactory(state="held")
    response = office.post(act(message, "release"), {"at": "2015-01-01T10:00"})
    assert (response.status_code, "moment to come" in response.content.decode()) == (409, True)


def test_too_late_is_said(office):
    message = OutboxMessageFactory(state="sent")
    assert office.get(act(message, "release"), follow=True).redirect_chain == [(page(message), 302)]
    assert office.get(act(message, "nonsense")).status_code == 404


# --- Many ------------------------------------------------------------------------------------------------
def test_bulk_names_each_refusal(office):
    held = OutboxMessageFactory.create_batch(3, state="held")
    sent = OutboxMessageFactory(state="sent", subject="Déjà <parti>")
    data = {"action": "release_selected", "_selected_action": [row.pk for row in (*held, sent)]}
    text = office.post(LIST, data, follow=True).content.decode()
    assert "3 messages: released." in text
    assert "1 message was refused" in text
    assert "Déjà &lt;parti&gt;" in text
    assert set(OutboxMessage.objects.filter(state="queued")) == set(held)


def test_release_all_decision_mails_of_a_call(office):
    application, other = ApplicationFactory(submitted=True), ApplicationFactory(submitted=True)
    about = {"about_type": "calls.application", "state": "held"}
    mine = OutboxMessageFactory.create_batch(3, about_id=application.pk, **about)
    OutboxMessageFactory(about_id=other.pk, **about)
    OutboxMessageFactory(about_id=application.pk, template="calls/receipt", **about)
    query = f"call={application.call_id}&template=decisions&state=held"
    assert "release-all" in office.get(f"{LIST}?{query}").content.decode()
    assert "Release 3 messages" in office.get(f"{LIST}release/?{query}").content.decode()
    assert office.post(f"{LIST}release/?{query}", {"at": ""}).status_code == 302
    assert set(OutboxMessage.objects.filter(state="queued")) == set(mine)
    assert "nothing to release" in office.get(f"{LIST}release/?{query}").content.decode()


# --- Who -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["auditor", "finance"])
def test_those_who_read_change_nothing(client, request, who):
    message = OutboxMessageFactory(state="held")
    client.force_login(request.getfixturevalue(who), backend=BACKEND)
    text = client.get(page(message)).content.decode()
    assert "Bonne nouvelle." in text
    assert "cannot-release" in text
    assert 'data-testid="act-' not in text
    for verb in ("release", "edit", "discard"):
        assert client.get(act(message, verb)).status_code == 403
        assert (
            client.post(act(message, verb), {"reason": "x", "subject": "x", "body": "x"}).status_code == 403
        )
    assert client.post(f"{LIST}release/", {"at": ""}).status_code == 403
    client.post(LIST, {"action": "release_selected", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert (message.state, message.subject) == ("held", "CC-1: vous recevez 6 000 €")


@pytest.mark.parametrize("role", [None, "communication", "partner_editor", "hub_manager"])
def test_others_see_nothing(client, role):
    message = OutboxMessageFactory(state="held")
    client.force_login(UserFactory(roles=[role] if role else None), backend=BACKEND)
    for address in (LIST, page(message), act(message, "release"), f"{LIST}release/"):
        assert client.get(address).status_code in (302, 403)


@pytest.mark.parametrize(("env", "seen"), [("production", False), ("demo", True)])
def test_codes_and_links_are_not_shown(office, settings, env, seen):
    message = OutboxMessageFactory(template="accounts/login_code", body="QX7TZ9", state="failed")
    settings.WECD_ENV = env
    text = office.get(page(message)).content.decode()
    assert ("QX7TZ9" in text, "Not shown" in text) == (seen, not seen)
    assert 'data-testid="act-' not in text
    assert "cannot-retry" in text
    assert office.get(act(message, "edit")).status_code == 403


# --- On the page of an application ----------------------------------------------------------------------
def test_the_page_of_an_application_warns_of_a_mail_that_came_back(office, officer):
    application = ApplicationFactory(submitted=True)
    about = {"about_type": "calls.application", "about_id": application.pk}
    message = OutboxMessageFactory(state="sent", subject="<i>Receipt</i>", **about)
    address = reverse("admin:calls_application_change", args=[application.pk])
    assert "did not arrive" not in office.get(address).content.decode()
    outbox.bounced(message, reason="550 unknown", by=officer)
    text = office.get(address).content.decode()
    assert "A mail did not arrive." in text
    assert "&lt;i&gt;Receipt&lt;/i&gt;" in text
    assert page(message) in text
    outbox.resend(message, by=officer)
    assert "did not arrive" not in office.get(address).content.decode()
