import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user_model
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import demo
from accounts.enums import Role
from accounts.middleware import SIGNED_IN_AT
from tests.accounts.factories import UserFactory
from wecd.common.models import OutboxMessage

pytestmark = pytest.mark.django_db
User = get_user_model()
BACK = "/fr/enterprises/new/"


def last_mail(to):
    return OutboxMessage.objects.filter(to=to).latest("id")


def code_of(message):
    return re.search(r"^ {4}(\S+)$", message.body, re.MULTILINE)[1]


def person(email="claire@example.org", password="a long password", **kwargs):
    user = UserFactory(email=email, **kwargs)
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


# --- Signing up --------------------------------------------------------------------------------
@pytest.mark.parametrize("password", ["a long password", ""])
def test_signing_up_leads_back_where_the_person_was(client, password):
    page = client.get(f"/accounts/signup/?next={BACK}")
    assert f'name="next" value="{BACK}"' in page.content.decode()

    data = {"email": "Claire@Example.org", "name": "Claire Lejeune", "password1": password, "next": BACK}
    response = client.post("/accounts/signup/", data)
    assert response.url.startswith(reverse("account_email_verification_sent"))
    message = last_mail("claire@example.org")
    assert message.template == "accounts/email_confirmation"

    response = client.post(reverse("account_email_verification_sent"), {"code": code_of(message)})
    assert response.url == BACK
    user = User.objects.get(email="claire@example.org")
    assert (user.name, user.language, user.has_usable_password()) == ("Claire Lejeune", "fr", bool(password))
    assert client.get(BACK).status_code == 200
    assert mail.outbox == []  # nothing leaves but through the outbox


def test_signing_up_in_dutch_is_answered_in_dutch(client):
    client.get("/accounts/signup/?next=/nl/enterprises/")
    client.post("/accounts/signup/", {"email": "jan@example.org", "name": "Jan", "password1": ""})
    assert last_mail("jan@example.org").language == "nl"
    assert User.objects.get(email="jan@example.org").language == "nl"


def test_a_short_password_is_refused_and_the_rest_stays(client):
    data = {"email": "claire@example.org", "name": "Claire Lejeune", "password1": "short"}
    page = client.post("/accounts/signup/", data).content.decode()
    assert 'href="#id_password1"' in page
    assert 'value="Claire Lejeune"' in page


def test_an_address_that_has_an_account_is_told_by_mail_only(client):
    person()
    data = {"email": "claire@example.org", "name": "X", "password1": ""}
    response = client.post("/accounts/signup/", data)
    assert response.url.startswith(reverse("account_email_verification_sent"))
    assert last_mail("claire@example.org").template == "accounts/account_already_exists"


# --- Signing in --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wanted", "landed"),
    [(BACK, BACK), ("https://evil.example/", None), ("//evil.example", None), ("javascript:x", None)],
)
def test_password_sign_in_honours_a_safe_next(client, wanted, landed):
    user = person()
    data = {"login": user.email, "password": "a long password", "next": wanted}
    response = client.post("/accounts/login/", data)
    assert response.status_code == 302
    assert "evil" not in response.url
    assert not response.url.startswith("javascript")
    if landed:
        assert response.url == landed


def test_sign_in_by_code_in_the_persons_language(client):
    user = person(language="de")
    client.post(f"/accounts/login/code/?next={BACK}", {"email": user.email, "next": BACK})
    message = last_mail(user.email)
    assert (message.template, message.language, message.recipient) == ("accounts/login_code", "de", user)
    response = client.post("/accounts/login/code/confirm/", {"code": code_of(message), "next": BACK})
    assert response.url == BACK


def test_an_unknown_address_asking_for_a_code_learns_nothing_on_the_page(client):
    response = client.post("/accounts/login/code/", {"email": "nobody@example.org"})
    assert response.status_code == 302
    assert last_mail("nobody@example.org").template == "accounts/unknown_account"


def test_wrong_passwords_are_limited(client):
    person()
    pages = [
        client.post("/accounts/login/", {"login": "claire@example.org", "password": "wrong"}).content.decode()
        for _ in range(7)
    ]
    client.post("/accounts/login/", {"login": "claire@example.org", "password": "a long password"})
    assert "_auth_user_id" not in client.session
    assert pages[0] != pages[-1]


def test_a_new_password_by_mail(client):
    user = person()
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"https?://[^/]+(/\S+)", last_mail(user.email).body)[1]
    page = client.get(link, follow=True)
    data = {"password1": "quite another one", "password2": "quite another one"}
    client.post(page.redirect_chain[-1][0], data)
    user.refresh_from_db()
    assert user.check_password("quite another one")
    assert last_mail(user.email).template == "accounts/security_notice"


def test_language_of_sign_in_pages(client):
    assert 'lang="nl"' in client.get("/accounts/login/?lang=nl").content.decode()
    assert 'lang="nl"' in client.get("/accounts/signup/").content.decode()  # remembered
    client.cookies.clear()
    assert 'lang="de"' in client.get("/accounts/login/?next=/de/calls/").content.decode()
    client.cookies.clear()
    assert 'lang="fr"' in client.get("/accounts/login/?lang=xx").content.decode()
    client.force_login(UserFactory(language="en"))
    assert 'lang="en"' in client.get(reverse("account_email")).content.decode()


PAGES = [
    "account_login", "account_signup", "account_request_login_code", "account_reset_password",
    "account_reset_password_done", "account_email", "account_change_password", "account_logout", "mfa_index",
    "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "socialaccount_connections",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_every_account_page_stands_in_the_portal_under_its_policy(client, name):
    if name not in PAGES[:5]:
        user = person()
        client.post("/accounts/login/", {"login": user.email, "password": "a long password"})
    if name.startswith("mfa_a"):  # what weakens or strengthens an account asks for the password again
        assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))
        client.post(reverse("account_reauthenticate"), {"password": "a long password"})
    response = client.get(reverse(name))
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert 'class="masthead"' in page
    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page)
    assert scripts == []
    assert not re.findall(r"<style|\sstyle=|\son\w+=", page)


# --- Second factors and the door of the back office ---------------------------------------------
def totp_now(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_totp_secret_is_encrypted_at_rest_and_opens_the_door(client, settings, officer):
    settings.STAFF_MFA_REQUIRED = True
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    officer.set_password("a long password")
    officer.save()
    client.post("/accounts/login/", {"login": officer.email, "password": "a long password"})
    assert client.get("/admin/").url == reverse("mfa_index")

    client.post(reverse("account_reauthenticate"), {"password": "a long password"})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]*value="(\w+)"', page)[1]
    client.post(reverse("mfa_activate_totp"), {"code": totp_now(secret)})

    stored = Authenticator.objects.get(user=officer, type="totp")
    assert secret not in str(stored.data)
    assert TOTP(stored).validate_code(totp_now(secret))
    assert client.get("/admin/").status_code == 200


def test_second_factor_is_asked_at_sign_in(client, officer):
    from accounts.adapters import MFAAdapter

    officer.set_password("a long password")
    officer.save()
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    secret = "JBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=officer, type="totp", data={"secret": MFAAdapter().encrypt(secret)})
    response = client.post(
        "/accounts/login/", {"login": officer.email, "password": "a long password", "next": "/admin/"}
    )
    assert response.url.startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("mfa_authenticate"), {"code": totp_now(secret)}).url == "/admin/"


def test_the_admins_own_sign_in_is_never_shown(client):
    for wanted in ("/admin/", "/admin/login/?next=/admin/", "/admin/accounts/user/"):
        assert client.get(wanted).url.startswith("/accounts/login/?next=%2Fadmin%2F")
    data = {"username": "x", "password": "y"}
    assert client.post("/admin/login/", data).url.startswith("/accounts/login/")


def test_the_door_is_closed_to_others(client, entrepreneur):
    client.force_login(entrepreneur)
    assert client.get("/admin/").status_code == 403
    assert client.get("/admin/login/?next=/admin/").status_code == 403


@pytest.mark.parametrize("role", Role.values)
def test_every_role_needs_a_second_factor(client, settings, role):
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(UserFactory(roles=[role]))
    for address in ("/admin/", "/admin/partners/partner/", "/admin/hubs/hub/", "/admin/accounts/user/"):
        assert client.get(address).url == reverse("mfa_index")
        assert client.post(address).url == reverse("mfa_index")


@pytest.mark.parametrize("role", Role.values)
def test_every_role_signs_in_again_after_a_day(client, settings, role):
    client.force_login(UserFactory(roles=[role]))
    assert client.get("/admin/").status_code == 200
    session = client.session
    long_ago = timezone.now() - timedelta(hours=settings.STAFF_SESSION_HOURS, minutes=1)
    session[SIGNED_IN_AT] = long_ago.isoformat()
    session.save()
    assert client.get("/admin/accounts/user/").url == "/accounts/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    assert "_auth_user_id" not in client.session


# --- The demo ----------------------------------------------------------------------------------
def test_demo_people_are_created_once_with_their_roles():
    demo.create_people()
    people = demo.create_people()
    assert len(people) == len(demo.PEOPLE)
    assert people["officer"].role_names == {"officer"}
    assert people["partner"].role_names == {"partner_editor"}
    assert people["hub"].role_names == {"hub_manager"}
    assert people["communication"].role_names == {"communication"}
    assert people["entrepreneur"].is_staff is False
    assert User.objects.filter(email__endswith="@wecd.example").count() == len(demo.PEOPLE)
    assert people["staff"].check_password("demo-wecd")


def test_one_press_signs_in_in_the_demo(client, settings):
    demo.create_people()
    settings.WECD_ENV = "demo"
    page = client.get(f"/accounts/login/?next={BACK}").content.decode()
    assert all(p.email in page for p in demo.PEOPLE)
    response = client.post("/accounts/demo/", {"email": "entrepreneur@wecd.example", "next": BACK})
    assert response.url == BACK
    assert client.get(BACK).status_code == 200


def test_one_press_opens_no_other_account(client, settings, officer):
    settings.WECD_ENV = "demo"
    assert client.post("/accounts/demo/", {"email": officer.email}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("environment", ["production", "development", "test"])
def test_there_is_no_one_press_sign_in_outside_the_demo(client, settings, environment):
    demo.create_people()
    settings.WECD_ENV = environment
    response = client.post("/accounts/demo/", {"email": "entrepreneur@wecd.example"})
    assert response.status_code == 404
    assert "_auth_user_id" not in client.session
    page = client.get("/accounts/login/").content.decode()
    assert "demo" not in page.lower().split("<main")[1].split("</main")[0]


def test_production_refuses_demo_people(settings):
    settings.WECD_ENV = "production"
    with pytest.raises(Exception, match="public password"):
        demo.create_people()


# --- Profile and places ------------------------------------------------------------------------
def test_profile_changes_the_language_of_pages_and_mails(client):
    user = person(language="fr")
    client.force_login(user)
    response = client.post("/fr/profile/", {"name": "Claire L.", "language": "nl", "phone": ""})
    assert response.url == "/nl/profile/"
    assert response.cookies["django_language"].value == "nl"
    user.refresh_from_db()
    assert (user.name, user.language) == ("Claire L.", "nl")


def test_profile_needs_a_name(client):
    client.force_login(person())
    assert client.post("/fr/profile/", {"name": "", "language": "nl"}).status_code == 422


def test_typing_5000_offers_namur(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        rows = client.get("/fr/places/?q=5000").json()["results"]
    assert [(r["municipality"], r["postal_code"]) for r in rows] == [("Namur", "5000")]
    assert client.get("/nl/places/?q=5000").json()["results"][0]["municipality"] == "Namen"
    assert client.get("/fr/places/").json() == {"results": []}
