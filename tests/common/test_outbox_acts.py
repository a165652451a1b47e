"""Staff decide what leaves the outbox: held, edited, released once, sent again, discarded, come back."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.common.outbox_factories import OutboxMessageFactory, jobs
from wecd.common import journal, outbox, tasks
from wecd.common.models import HeldTemplate, JournalEntry, OutboxMessage
from wecd.common.workflow import NotAllowed, Refused

pytestmark = pytest.mark.django_db
STATES = set(OutboxMessage.State.values)
ACTS = {
    "hold": lambda message, by: outbox.hold(message, by=by),
    "release": lambda message, by: outbox.release(message, by=by),
    "retry": lambda message, by: outbox.retry(message, by=by),
    "discard": lambda message, by: outbox.discard(message, by=by, reason="Sent by post."),
    "edit": lambda message, by: outbox.edit(message, by=by, subject="Other", body="Words"),
    "resend": lambda message, by: outbox.resend(message, by=by),
    "bounce": lambda message, by: outbox.bounced(message, by=by, reason="user unknown"),
}
FROM = {verb: set(map(str, sources)) for verb, (sources, _to) in OutboxMessage.MOVES.items()} | {
    "edit": {"held", "queued", "failed"},
    "resend": {"sent", "bounced", "discarded"},
}


def verbs(row) -> list[str]:
    return [entry.verb.rpartition(".")[2] for entry in journal.entries_about(row)]


def test_what_is_held_does_not_leave(officer, run_jobs, mailoutbox):
    message = OutboxMessageFactory()
    outbox.hold(message, by=officer)
    run_jobs()
    message.refresh_from_db()
    assert (message.state, mailoutbox, verbs(message)) == ("held", [], ["hold"])


def test_what_is_released_leaves_once(officer, run_jobs, mailoutbox):
    message = OutboxMessageFactory()
    outbox.hold(message, by=officer)
    outbox.release(message, by=officer)
    assert len(jobs()) == 2  # the first is still there, and finds nothing to do
    run_jobs()
    message.refresh_from_db()
    assert (message.state, len(mailoutbox), verbs(message)) == ("sent", 1, ["hold", "release"])


def test_released_for_later_it_waits(officer, run_jobs, mailoutbox):
    message, at = OutboxMessageFactory(), timezone.now() + timedelta(hours=3)
    outbox.hold(message, by=officer)
    outbox.release(message, by=officer, at=at)
    message.refresh_from_db()
    assert (message.state, message.release_at, jobs()[-1]) == ("queued", at, at)
    assert outbox.when_it_leaves(message)
    tasks.send_message(message_id=str(message.pk))  # the job of before it was held
    assert mailoutbox == []
    OutboxMessage.objects.update(release_at=timezone.now())
    run_jobs(later=True)
    assert len(mailoutbox) == 1
    assert journal.entries_about(message).last().facts["leaves_at"] == at.isoformat()


def test_a_moment_that_passed_is_refused(officer):
    message = OutboxMessageFactory(state="held")
    with pytest.raises(Refused, match="moment to come"):
        outbox.release(message, by=officer, at=timezone.now())
    message.refresh_from_db()
    assert (message.state, jobs()) == ("held", [])


@pytest.mark.parametrize("state", ["held", "queued"])
def test_words_are_edited_until_it_leaves(officer, run_jobs, mailoutbox, state):
    message = OutboxMessageFactory(state=state)
    outbox.edit(message, by=officer, subject="New\nsubject", body=" Dear Zoé,\r\nyes. ")
    assert (message.subject, message.body, message.edited_by, message.state) == (
        "New subject",
        "Dear Zoé,\nyes.\n",
        officer,
        state,
    )
    facts = journal.entries_about(message).get().facts
    assert facts["body"] == {"from": "Bonne nouvelle.\n", "to": "Dear Zoé,\nyes.\n"}
    if state == "held":
        outbox.release(message, by=officer)
    run_jobs()
    assert [(mail.subject, mail.body) for mail in mailoutbox] == [("New subject", "Dear Zoé,\nyes.\n")]


def test_nothing_changed_is_nothing_said(officer):
    message = OutboxMessageFactory()
    outbox.edit(message, by=officer, subject=message.subject, body=message.body)
    assert (verbs(message), message.edited_by) == ([], None)


@pytest.mark.parametrize(("subject", "body"), [("", "x"), ("x", " \n ")])
def test_a_mail_has_a_subject_and_a_text(officer, subject, body):
    message = OutboxMessageFactory()
    with pytest.raises(Refused, match="needs a subject"):
        outbox.edit(message, by=officer, subject=subject, body=body)


def test_failed_it_is_tried_again(officer, run_jobs, mailoutbox):
    message = OutboxMessageFactory(state="failed", error="connection refused", attempts=8)
    outbox.retry(message, by=officer)
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.attempts, len(mailoutbox)) == ("sent", 9, 1)
    assert journal.entries_about(message).get().facts["error"] == "connection refused"


def test_discarded_it_stays_on_record(officer, run_jobs, mailoutbox):
    message = OutboxMessageFactory(state="held")
    with pytest.raises(Refused, match="Say why"):
        outbox.discard(message, by=officer, reason=" ")
    outbox.discard(message, by=officer, reason="Sent by post.")
    tasks.send_message(message_id=str(message.pk))
    message.refresh_from_db()
    assert (message.state, mailoutbox) == ("discarded", [])
    assert journal.entries_about(message).get().facts["reason"] == "Sent by post."


def test_sent_again_to_where_the_person_is_today(officer, run_jobs, mailoutbox):
    message = OutboxMessageFactory(state="bounced", about_type="calls.application", about_id="7")
    message.recipient.email = "new@example.org"
    message.recipient.save()
    again = outbox.resend(message, by=officer)
    run_jobs()
    again.refresh_from_db()
    message.refresh_from_db()
    assert (again.resends, again.to, again.about_id, again.state) == (message, "new@example.org", "7", "sent")
    assert (message.state, message.to != again.to) == ("bounced", True)
    assert [mail.to for mail in mailoutbox] == [["new@example.org"]]


def test_sent_again_to_an_address_without_account(officer):
    message = OutboxMessageFactory(state="sent", recipient=None, to="a@b.be")
    assert outbox.resend(message, by=officer).to == "a@b.be"


def test_a_second_click_does_not_send_twice(officer):
    message = OutboxMessageFactory(state="sent")
    outbox.resend(message, by=officer)
    with pytest.raises(Refused, match="already being sent"):
        outbox.resend(message, by=officer)
    assert OutboxMessage.objects.count() == 2


def test_the_portal_learns_of_bounces(system):
    message = OutboxMessageFactory(state="sent")
    outbox.bounced(message, reason="5.1.1 user unknown")
    message.refresh_from_db()
    assert (message.state, message.error) == ("bounced", "5.1.1 user unknown")
    assert journal.entries_about(message).get().actor == system


# --- Who and whether -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("verb", "state"), [(verb, state) for verb in ACTS for state in sorted(STATES - FROM[verb])]
)
def test_other_states_are_refused(officer, verb, state):
    message = OutboxMessageFactory(state=state, job=False)
    with pytest.raises(Refused):
        ACTS[verb](message, officer)
    message.refresh_from_db()
    assert (message.state, OutboxMessage.objects.count(), verbs(message)) == (state, 1, [])


@pytest.mark.parametrize("verb", ACTS)
@pytest.mark.parametrize("who", ["finance", "auditor", "entrepreneur"])
def test_others_are_turned_away(request, verb, who):
    message = OutboxMessageFactory(state=sorted(FROM[verb])[0], job=False)
    with pytest.raises(NotAllowed, match="call officer"):
        ACTS[verb](message, request.getfixturevalue(who))
    assert (verbs(message), OutboxMessage.objects.count()) == ([], 1)


@pytest.mark.parametrize("verb", sorted(ACTS.keys() - {"bounce"}))
def test_mails_about_accounts_are_nobodys(manager, verb):
    message = OutboxMessageFactory(
        template="accounts/login_code", state=sorted(FROM[verb])[0], body="QX7TZ9", job=False
    )
    with pytest.raises(NotAllowed, match="about an account"):
        ACTS[verb](message, manager)


@pytest.mark.parametrize("verb", ACTS)
def test_a_rollback_leaves_nothing(officer, verb):
    state = sorted(FROM[verb])[0]
    message = OutboxMessageFactory(state=state, job=False)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ACTS[verb](message, officer)
        raise ZeroDivisionError
    message.refresh_from_db()
    assert (message.state, OutboxMessage.objects.count(), jobs()) == (state, 1, [])
    assert not JournalEntry.objects.exists()


def test_many_at_once_name_each_refusal(officer):
    held = OutboxMessageFactory.create_batch(3, state="held")
    sent = OutboxMessageFactory.create_batch(2, state="sent")
    outcome = outbox.each([*held[:1], *sent, *held[1:]], lambda row: outbox.release(row, by=officer))
    assert outcome.done == held
    assert [row for row, why in outcome.refused] == sent
    assert all("Sent" in why for row, why in outcome.refused)
    assert len(jobs()) == 3


# --- Held by template -----------------------------------------------------------------------------------
def test_mails_of_a_held_template_wait(officer, run_jobs, mailoutbox, entrepreneur):
    outbox.hold_template("calls/withdrawn", by=officer)
    outbox.hold_template("calls/withdrawn", by=officer)  # once is enough
    message = OutboxMessageFactory.create(template="calls/withdrawn", job=False)
    from tests.calls.factories import ApplicationFactory

    row = ApplicationFactory(submitted=True)
    message = outbox.queue_mail("calls/withdrawn", to=entrepreneur, about=row)
    assert (message.state, jobs()) == ("held", [])
    outbox.release(message, by=officer)
    run_jobs()
    assert len(mailoutbox) == 1
    outbox.stop_holding("calls/withdrawn", by=officer)
    assert outbox.queue_mail("calls/withdrawn", to=entrepreneur, about=row).state == "queued"
    said = JournalEntry.objects.filter(about_type="common.heldtemplate").order_by("seq")
    assert [entry.verb.rpartition(".")[2] for entry in said] == ["hold", "stop"]


@pytest.mark.parametrize("template", ["accounts/login_code", "calls/nothing"])
def test_a_code_always_leaves(officer, template):
    with pytest.raises(Refused, match="leaves at once"):
        outbox.hold_template(template, by=officer)
    HeldTemplate.objects.create(template="accounts/login_code")
    assert outbox.queue_mail("accounts/login_code", to=officer, code="QX7TZ9").state == "queued"


@pytest.mark.parametrize("who", ["finance", "auditor", "entrepreneur"])
def test_who_may_hold_a_template(request, who):
    with pytest.raises(NotAllowed):
        outbox.hold_template("calls/withdrawn", by=request.getfixturevalue(who))
    assert not HeldTemplate.objects.exists()


# --- At once ---------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_released_twice_at_once_it_leaves_once(officer, officer2, together, mailoutbox):
    message = OutboxMessageFactory(state="held")
    found = together(
        lambda: outbox.release(OutboxMessage.objects.get(), by=officer),
        lambda: outbox.release(OutboxMessage.objects.get(), by=officer2),
    )
    assert sorted(type(one).__name__ for one in found) == ["OutboxMessage", "Refused"]
    together(*[lambda: tasks.send_message(message_id=str(message.pk))] * 3)
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(4))
def test_the_worker_and_an_officer_at_once(officer, together, mailoutbox, attempt):
    """Either it was held first, and did not leave; or it left, and holding it is refused."""
    message = OutboxMessageFactory()
    sent, held = together(
        lambda: tasks.send_message(message_id=str(message.pk)),
        lambda: outbox.hold(OutboxMessage.objects.get(), by=officer),
    )
    message.refresh_from_db()
    assert sent is None
    if message.state == "held":
        assert mailoutbox == []
    else:
        assert (message.state, len(mailoutbox), type(held)) == ("sent", 1, Refused)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(4))
def test_edited_while_the_worker_sends_it(officer, together, mailoutbox, attempt):
    """What the row says is what was sent, whoever was first."""
    message = OutboxMessageFactory()
    _sent, edited = together(
        lambda: tasks.send_message(message_id=str(message.pk)),
        lambda: outbox.edit(OutboxMessage.objects.get(), by=officer, subject="Edited", body="Edited"),
    )
    message.refresh_from_db()
    assert message.state == "sent"
    assert [(mail.subject, mail.body) for mail in mailoutbox] == [(message.subject, message.body)]
    assert (message.subject == "Edited") == (not isinstance(edited, Refused))


@pytest.mark.django_db(transaction=True)
def test_sent_again_twice_at_once(officer, officer2, together):
    OutboxMessageFactory(state="sent")
    found = together(
        lambda: outbox.resend(OutboxMessage.objects.get(resends=None), by=officer),
        lambda: outbox.resend(OutboxMessage.objects.get(resends=None), by=officer2),
    )
    assert sorted(type(one).__name__ for one in found) == ["OutboxMessage", "Refused"]
    assert OutboxMessage.objects.count() == 2
