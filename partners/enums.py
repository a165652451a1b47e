"""Words of the partners app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartnerRole(models.TextChoices):
    LEAD = "lead", _("Lead partner")
    PARTNER = "partner", _("Partner")
    ASSOCIATED = "associated", _("Associated partner")


class Scope(models.TextChoices):
    """What an API key may read beyond open data."""

    APPLICATIONS_READ = "applications:read", _("Read the applications of our actions")
    VOUCHERS_READ = "vouchers:read", _("Read the vouchers of our actions")
    PERSONAL_READ = "personal:read", _("Also read personal data, under a processing agreement")


class EndpointState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("webhook endpoint", "Active")
    PAUSED = "paused", pgettext_lazy("webhook endpoint", "Paused")
    DELETED = "deleted", pgettext_lazy("webhook endpoint", "Deleted")


WEBHOOK_MOVES: dict[str, tuple[set[str], str]] = {
    "pause": ({EndpointState.ACTIVE}, EndpointState.PAUSED),
    "give_up": ({EndpointState.ACTIVE}, EndpointState.PAUSED),  # the portal's own: nothing gets through
    "resume": ({EndpointState.PAUSED}, EndpointState.ACTIVE),
    "delete": ({EndpointState.ACTIVE, EndpointState.PAUSED}, EndpointState.DELETED),
}


class PauseCause(models.TextChoices):
    PERSON = "person", _("Paused by a person")
    FAILING = "failing", _("Paused by the portal: nothing got through for three days")
    GONE = "gone", _("Paused by the portal: the receiver answered 410 (gone)")


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("webhook delivery", "Waiting")
    FAILED = "failed", pgettext_lazy("webhook delivery", "Failed, tried again later")
    DELIVERED = "delivered", pgettext_lazy("webhook delivery", "Delivered")
    GIVEN_UP = "given_up", pgettext_lazy("webhook delivery", "Given up")


class AttemptError(models.TextChoices):
    """Why a request brought no success."""

    STATUS = "status", _("The receiver did not answer with a 2xx status.")
    REDIRECT = "redirect", _("The receiver redirected. Redirects are not followed: give the final address.")
    TIMEOUT = "timeout", _("The receiver did not answer in time.")
    NAME = "name", _("The host name could not be resolved.")
    ADDRESS = "address", _("The host is not on the public internet, so nothing was sent.")
    TLS = "tls", _("No secure connection: the certificate or the TLS version is not accepted.")
    CONNECTION = "connection", _("No connection, or it broke off.")
    PROTOCOL = "protocol", _("The answer is not valid HTTP.")
    LOST = "lost", _("The portal stopped before the outcome was known.")


class KeyState(models.TextChoices):
    """Where a key stands, computed from its dates."""

    USABLE = "usable", _("Usable")
    ENDING = "ending", _("Being replaced")
    REPLACED = "replaced", pgettext_lazy("key", "Replaced")
    EXPIRED = "expired", pgettext_lazy("key", "Expired")
    REVOKED = "revoked", _("Revoked")
