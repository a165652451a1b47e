"""My space: what waits for me, what I asked for, what I was sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Application
from calls.views.standing import standing
from grants.models import DeMinimisAid
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory
from wecd.common.outbox import queue_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, entrepreneur):
    client.force_login(entrepreneur)
    return client


def mine(entrepreneur, enterprise, **fields):
    return ApplicationFactory(enterprise=enterprise, applicant=entrepreneur, **fields)


def test_a_new_person_is_told_what_to_do(signed_in):
    page = signed_in.get("/en/space/").content.decode()
    assert "Nothing awaits you." in page
    assert "Find a call" in page


def test_tasks_come_by_their_deadline_with_what_is_missing(signed_in, entrepreneur, enterprise):
    for days in (9, 2):
        call = CallFactory(closes_at=timezone.now() + timedelta(days=days, minutes=5))
        row = mine(entrepreneur, enterprise, call=call, title=f"In {days}")
    row.answers.filter(key="pitch").delete()
    late = CallFactory(closes_at=timezone.now() - timedelta(days=1))
    mine(entrepreneur, enterprise, call=late, title="Too late")
    response = signed_in.get("/en/space/")
    assert [(t["application"].title, t["days"], len(t["missing"])) for t in response.context["tasks"]] == [
        ("In 2", 2, 1),
        ("In 9", 9, 0),
    ]
    page = response.content.decode()
    assert "2 things await you." in page
    assert "Expired" in page  # in the table, so that nobody looks for it in vain


def test_the_table_says_and_now_for_each_state(signed_in, entrepreneur, enterprise):
    for state in ("submitted", "rejected", "reserve"):
        mine(entrepreneur, enterprise, submitted=True, state=state)
    page = signed_in.get("/en/space/").content.decode()
    assert page.count('data-testid="status-tag"') == 3
    for words in ("Submitted", "Rejected", "On the reserve list"):
        assert words in page


def test_only_ones_own_even_for_staff(client, officer, entrepreneur, enterprise):
    theirs = mine(entrepreneur, enterprise, submitted=True, title="Somebody else's secret")
    client.force_login(officer)
    for address in ("/en/space/", "/en/applications/"):
        assert theirs.title not in client.get(address).content.decode()
    client.force_login(MembershipFactory(enterprise=enterprise, role="reader").user)
    assert "Somebody else" in client.get("/en/applications/").content.decode()


def test_aid_counts_the_whole_undertaking_in_three_rolling_years(signed_in, entrepreneur, enterprise):
    today = timezone.localdate()
    for days, amount in ((10, 40_000), (365 * 2, 2_000), (365 * 3 + 5, 99_000)):
        DeMinimisAid.objects.create(
            undertaking=enterprise.undertaking,
            enterprise=enterprise,
            amount=amount,
            granted_on=today - timedelta(days=days),
            granting_authority="SPW",
            enforced=False,
        )
    mine(entrepreneur, enterprise, submitted=True)
    page = signed_in.get("/en/space/").content.decode()
    assert "<strong>€42,000</strong> received, <strong>€6,000</strong> asked for, ceiling €300,000" in page


def test_messages_are_those_this_person_was_sent(signed_in, entrepreneur, enterprise, run_jobs):
    row = mine(entrepreneur, enterprise, submitted=True)
    queue_mail("calls/withdrawn", to=entrepreneur, about=row, application=row)
    queue_mail("calls/withdrawn", to=UserFactory(), about=row, application=row)
    assert f"{row.reference} withdrawn" not in signed_in.get("/en/space/").content.decode()
    run_jobs()
    assert signed_in.get("/en/space/").content.decode().count(f"{row.reference} withdrawn") == 1


def test_codes_and_links_stay_in_the_mailbox(signed_in, entrepreneur):
    queue_mail("accounts/login_code", to=entrepreneur, code="AB12CD")
    page = signed_in.get("/en/space/")
    assert list(page.context["mails"]) == []
    assert "AB12CD" not in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_space_query_count(signed_in, entrepreneur, enterprise, rows, django_assert_num_queries):
    for _n in range(rows):
        mine(entrepreneur, enterprise)
        mine(entrepreneur, enterprise, submitted=True)
    signed_in.get("/en/space/")
    with django_assert_num_queries(21):
        response = signed_in.get("/en/space/")
    assert len(response.context["tasks"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_list_query_count(signed_in, entrepreneur, enterprise, rows, django_assert_num_queries):
    for _n in range(rows):
        mine(entrepreneur, enterprise, submitted=True)
    signed_in.get("/en/applications/")
    with django_assert_num_queries(5):
        response = signed_in.get("/en/applications/")
    assert len(response.context["rows"]) == rows


def test_the_list_has_pages(signed_in, entrepreneur, enterprise):
    for _n in range(21):
        mine(entrepreneur, enterprise, answers=False)
    assert len(signed_in.get("/en/applications/?page=2").context["rows"]) == 1


def test_every_state_has_its_words():
    row = ApplicationFactory.build(
        call=CallFactory(), applicant=None, enterprise=None, strand=None, form=None
    )
    for state in Application._meta.get_field("state").choices:
        row.state = state[0]
        assert standing(row).words
        assert standing(row).now
