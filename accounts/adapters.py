"""How allauth and the portal meet: mails, languages, secrets at rest, where to go after."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from wecd.common import addresses
from wecd.common.fields import decrypt_text, encrypt_text
from wecd.common.outbox import queue_mail

# allauth's template → ours, for the mails that carry a code or a link
MAILS = {
    "account/email/login_code": "accounts/login_code",
    "account/email/email_confirmation": "accounts/email_confirmation",
    "account/email/email_confirmation_signup": "accounts/email_confirmation",
    "account/email/password_reset_key": "accounts/password_reset",
    "account/email/unknown_account": "accounts/unknown_account",
    "account/email/account_already_exists": "accounts/account_already_exists",
}
# … and for those that say what happened to an account
NOTICES = {
    "account/email/password_changed": _("Your password was changed"),
    "account/email/password_set": _("A password was set for your account"),
    "account/email/password_reset": _("Your password was replaced"),
    "account/email/email_changed": _("Your e-mail address was changed"),
    "account/email/email_confirm": _("Your e-mail address was confirmed"),
    "account/email/email_deleted": _("An e-mail address was removed from your account"),
    "mfa/email/totp_activated": _("An authenticator app now protects your account"),
    "mfa/email/totp_deactivated": _("The authenticator app of your account was removed"),
    "mfa/email/webauthn_added": _("A passkey was added to your account"),
    "mfa/email/webauthn_removed": _("A passkey was removed from your account"),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made for your account"),
    "socialaccount/email/account_connected": _("Another way to sign in was added to your account"),
    "socialaccount/email/account_disconnected": _("A way to sign in was removed from your account"),
}


def home_of(user) -> str:
    """Where a person lands after signing in: staff in the back office, everybody else in their space."""
    if user.is_staff:
        return reverse("admin:index")
    with override(user.language or get_language()):
        for name in ("space", "enterprises"):
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    return "/"


class AccountAdapter(DefaultAccountAdapter):
    """allauth's choices, made ours."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This address and this password do not go together. Check both, or ask for a code by e-mail."
        ),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "incorrect_code": _("This is not the code we sent. Check it, or ask for a new one."),
        "rate_limited": _("Too many requests. Wait a minute, then try again."),
    }

    def get_client_ip(self, request) -> str:
        """Whom the limits of signing in count: the same address as everywhere."""
        return addresses.of_client(request)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Queue the mail as a row of the outbox, in the language of its recipient.

        A template of allauth's that has no counterpart here is a mistake, and fails.
        """
        user = context.get("user") or get_user_model().objects.filter(email__iexact=email).first()
        # A new address of somebody's is not yet their recipient: write to it, in their language.
        to = user if user and user.email.lower() == email.lower() else email
        facts = {
            key: context[key] for key in ("code", "password_reset_url", "signup_url") if context.get(key)
        }
        with transaction.atomic(), override(user.language if user else get_language()):
            if template_prefix in MAILS:
                queue_mail(MAILS[template_prefix], to=to, **facts)
            else:
                queue_mail("accounts/security_notice", to=to, sentence=NOTICES[template_prefix])

    def save_user(self, request, user, form, commit=True):
        """A new person gets messages in the language they signed up in."""
        user.language = (get_language() or settings.LANGUAGE_CODE)[:2]
        return super().save_user(request, user, form, commit)

    def get_login_redirect_url(self, request) -> str:
        return home_of(request.user)

    def get_signup_redirect_url(self, request) -> str:
        return home_of(request.user) if request.user.is_authenticated else "/"


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted at rest with FIELD_ENCRYPTION_KEYS."""

    def encrypt(self, text: str) -> str:
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_text(encrypted_text)

    def _get_site_name(self) -> str:
        return "WECD"
