"""The mails about accounts: when each is sent. Their words are fixed, and nobody reads them in the outbox.

SECURITY: they hold codes and links that sign their reader in, or tell that something happened to an account.
"""

from django.utils.translation import gettext_lazy

from wecd.common.mails import Mail, declare

MAILS = (
    ("login_code", gettext_lazy("Sign-in code"), gettext_lazy("When somebody asks to sign in with a code.")),
    (
        "email_confirmation",
        gettext_lazy("Confirmation of an address"),
        gettext_lazy("When an account is made, or an address is added to one."),
    ),
    (
        "password_reset",
        gettext_lazy("A new password"),
        gettext_lazy("When somebody has forgotten their password."),
    ),
    (
        "unknown_account",
        gettext_lazy("No account"),
        gettext_lazy("When somebody tries to sign in with an address no account has."),
    ),
    (
        "account_already_exists",
        gettext_lazy("Account exists already"),
        gettext_lazy("When somebody makes an account with an address that has one."),
    ),
    (
        "security_notice",
        gettext_lazy("Change of an account"),
        gettext_lazy("When a password, an address or a second factor of an account changes."),
    ),
    (
        "staff_welcome",
        gettext_lazy("New colleague"),
        gettext_lazy("When a manager makes an account for a colleague."),
    ),
    (
        "membership_asked",
        gettext_lazy("Somebody asks to join"),
        gettext_lazy("When a person asks to join an enterprise: to its owners."),
    ),
    (
        "membership_accepted",
        gettext_lazy("Joined an enterprise"),
        gettext_lazy("When an owner accepts a person: to that person."),
    ),
    (
        "membership_refused",
        gettext_lazy("Not accepted into an enterprise"),
        gettext_lazy("When an owner refuses a person: to that person."),
    ),
    (
        "membership_invited",
        gettext_lazy("Invitation to an enterprise"),
        gettext_lazy("When an owner invites an address."),
    ),
    (
        "membership_joined",
        gettext_lazy("An invitation was taken up"),
        gettext_lazy("When an invited person joins: to the owners."),
    ),
    (
        "membership_ended",
        gettext_lazy("Membership ended"),
        gettext_lazy("When a membership ends: to the person."),
    ),
)

declare(*(Mail(f"accounts/{name}", title, when) for name, title, when in MAILS))
