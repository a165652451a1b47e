"""Pages of vouchers: for their holders, for staff, and one for anybody with the code."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from calls.domain import decisions
from tests.accounts.factories import UserFactory
from tests.calls.factories import ApplicationFactory, CallFactory, selected_application
from tests.grants.factories import AwardFactory
from tests.vouchers.factories import VoucherFactory
from vouchers.domain import vouchers
from vouchers.models import Voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(officer, manager, entrepreneur, enterprise):
    application = selected_application(
        call=CallFactory(title_fr="Chèque créativité 2026"),
        proposed_by=officer,
        enterprise=enterprise,
        applicant=entrepreneur,
        title="Première gamme",
    )
    decisions.approve(application, by=manager)
    return application.award.voucher


@pytest.fixture
def issued(waiting, finance):
    return vouchers.issue(waiting, by=finance, received_on=timezone.localdate())


def get(client, name, *args, user=None):
    if user:
        client.force_login(user)
    return client.get(reverse(name, args=args))


def text(response):
    return response.content.decode()


def test_the_holder_sees_how_to_pay(client, waiting, entrepreneur):
    page = text(get(client, "voucher", waiting.pk, user=entrepreneur))

    assert 'data-testid="voucher-code"' in page
    for part in (waiting.payment_reference, "BE68 5390 0754 7034", "€2,000", "€9,680", "Première gamme"):
        assert part in page
    assert waiting.token not in page  # nothing to show a provider yet


def test_the_holder_sees_the_issued_voucher(client, issued, entrepreneur):
    page = text(get(client, "voucher", issued.pk, user=entrepreneur))

    assert "€6,000" in page
    assert issued.token in page
    assert "<svg" in page
    assert issued.payment_reference not in page
    assert "style=" not in page.split("<main")[1]  # the strict CSP would drop it


@pytest.mark.parametrize("person", ["officer", "auditor", "finance"])
def test_staff_see_it_too(request, client, issued, person):
    assert get(client, "voucher", issued.pk, user=request.getfixturevalue(person)).status_code == 200


@pytest.mark.parametrize("name", ["voucher", "voucher_pdf"])
def test_others_do_not_even_learn_that_it_exists(client, issued, name):
    assert get(client, name, issued.pk).status_code == 302
    assert get(client, name, issued.pk, user=UserFactory()).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_query_count(client, entrepreneur, enterprise, rows, django_assert_num_queries):
    for _ in range(rows):
        award = AwardFactory(approved=True, enterprise=enterprise)
        ApplicationFactory(submitted=True, state="awarded", award=award, answers=False)
        VoucherFactory(award=award)
    client.force_login(entrepreneur)

    with django_assert_num_queries(5):
        page = text(client.get(reverse("vouchers")))
    assert page.count('data-testid="voucher-code"') == rows


def test_an_empty_list_says_what_to_do(client, entrepreneur):
    assert reverse("calls") in text(get(client, "vouchers", user=entrepreneur))


def test_my_vouchers_shows_only_mine(issued, entrepreneur, django_assert_num_queries):
    stranger = UserFactory()
    template = Template("{% load vouchers %}{% my_vouchers user %}")

    assert issued.code in template.render(Context({"user": entrepreneur}))
    assert template.render(Context({"user": stranger})).strip() == ""


def test_the_pdf_carries_the_code_and_the_address(client, issued, entrepreneur):
    response = get(client, "voucher_pdf", issued.pk, user=entrepreneur)

    assert response["Content-Type"] == "application/pdf"
    words = PdfReader(BytesIO(response.content)).pages[0].extract_text()
    assert issued.code in words
    assert issued.token in words.replace("\n", "")


# --- Public check ----------------------------------------------------------------------------------------
def test_anyone_can_check_a_valid_voucher(client, issued):
    response = get(client, "voucher_verify", issued.token)
    page = text(response)

    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert 'content="noindex' in page
    for part in ("This voucher is valid", issued.code, "€6,000", "Chèque créativité 2026"):
        assert part in page


def test_the_check_names_nobody(client, issued, entrepreneur):
    page = text(get(client, "voucher_verify", issued.token))

    for secret in (
        issued.enterprise.name,
        issued.enterprise.number,
        entrepreneur.name,
        entrepreneur.email,
        "Première gamme",
        str(issued.pk),
        issued.payment_reference,
    ):
        assert secret not in page


def test_the_check_says_no_and_why(client, waiting):
    assert "has not been received" in text(get(client, "voucher_verify", waiting.token))
    Voucher.objects.update(
        state="issued", issued_at=timezone.now(), expires_on=timezone.localdate() - timedelta(days=1)
    )
    page = text(get(client, "voucher_verify", waiting.token))
    assert "Do not accept this voucher" in page
    assert "has expired" in page
    Voucher.objects.update(state="cancelled")
    Voucher.objects.update(expires_on=None)
    assert "It was cancelled" in text(get(client, "voucher_verify", waiting.token))


def test_an_unknown_code_is_not_ours(client, db):
    response = get(client, "voucher_verify", "x" * 200)

    assert response.status_code == 404
    assert "not one of our vouchers" in text(response)


def test_the_check_costs_one_query(client, issued, django_assert_num_queries):
    address = reverse("voucher_verify", args=[issued.token])
    with django_assert_num_queries(1):
        client.get(address)


def test_pages_speak_each_language(client, issued, entrepreneur):
    for language in ("fr", "de", "nl", "en"):
        with translation.override(language):
            assert get(client, "voucher", issued.pk, user=entrepreneur).status_code == 200
            assert get(client, "voucher_verify", issued.token).status_code == 200
