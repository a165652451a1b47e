"""From a change of a row to the partner's receiver: the whole way."""

import pytest

from partners.enums import EndpointState
from partners.models import WebhookEndpoint, WebhookMessage
from tests.calls.factories import ApplicationFactory, CallFactory
from tests.partners.factories import PartnerFactory
from tests.partners.receiver import receiving
from tests.partners.webhook_factories import EndpointFactory
from wecd.feed import settling, tasks, watching
from wecd.feed.models import Entry
from wecd.feed.settling import pending


@pytest.mark.django_db(transaction=True)
def test_a_change_reaches_the_receiver_of_who_may_see_it_and_of_nobody_else(run_jobs):
    with receiving() as ours, receiving() as theirs:
        application = ApplicationFactory(submitted=True)
        settling.settle(tell=False)
        lead = application.call.action.lead
        endpoint = EndpointFactory(partner=lead, url=ours.url, events=["application.*"])
        EndpointFactory(partner=PartnerFactory(), url=theirs.url, events=["application.*"])
        ours.secret = endpoint.secrets.get().secret

        application.save()
        tasks.settle_feed(1)
        assert run_jobs() == ["partners.tasks.deliver_webhooks"]

        told = [each["data"]["id"] for each in ours.verified() if each["type"] == "application.updated"]
        assert str(application.pk) in told
        assert theirs.got == []


@pytest.mark.django_db(transaction=True)
def test_open_data_reaches_everyone_who_asks(run_jobs):
    with receiving() as one, receiving() as other, receiving() as deaf:
        EndpointFactory(url=one.url, events=["call.*"])
        EndpointFactory(url=other.url, events=["*"])
        EndpointFactory(url=deaf.url, events=["voucher.*"])
        settling.settle(tell=False)
        call = CallFactory()
        tasks.settle_feed(1)
        run_jobs()
    for receiver in (one, other):
        assert any(call.pk.hex in each["body"].decode().replace("-", "") for each in receiver.got)
    assert deaf.got == []


@pytest.mark.django_db(transaction=True)
def test_a_feed_that_is_rebuilt_is_no_news_but_what_changes_meanwhile_is(run_jobs):
    with receiving() as receiver:
        old, new = CallFactory(), CallFactory()
        settling.settle(tell=False)
        Entry.objects.all().delete()  # as before a release with a new resource
        EndpointFactory(url=receiver.url, events=["*"])
        watching.mark_everything()
        new.save()
        tasks.settle_feed(1)  # whoever settles first
        run_jobs()
    bodies = b"".join(each["body"] for each in receiver.got)
    assert str(new.pk).encode() in bodies
    assert str(old.pk).encode() not in bodies


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("second", "settled"), [(5, False), (25, False), (60, True)])
def test_without_listeners_the_feed_settles_once_a_minute(second, settled):
    settling.settle()
    EndpointFactory(state=EndpointState.PAUSED)
    CallFactory()
    assert pending()
    tasks.settle_feed(second)
    assert pending() is not settled
    assert not WebhookMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_listens_later_hears_nothing_of_before(run_jobs):
    with receiving() as receiver:
        CallFactory()
        tasks.settle_feed(60)
        EndpointFactory(url=receiver.url)
        tasks.settle_feed(61)
        run_jobs()
        heard = [each for each in receiver.got if b'"call.' in each["body"]]
    assert heard == []
    assert WebhookEndpoint.objects.exists()
