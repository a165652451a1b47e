"""The mail about webhooks: the portal stopped sending."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.enums import PauseCause
from wecd.common import formatting
from wecd.common.mails import Mail, Placeholder, declare


def _why(context) -> str:
    endpoint = context["about"]
    if endpoint.pause_cause == PauseCause.GONE:
        return _("Its last answer was 410: gone for good.")
    return _("Nothing has got through since %(moment)s.") % {
        "moment": formatting.moment(endpoint.failing_since or endpoint.paused_at)
    }


def _link(context) -> str:
    endpoint = context["about"]
    return settings.SITE_URL + reverse("partner_webhook", args=[endpoint.partner.code, endpoint.pk])


declare(
    Mail(
        "partners/webhook_paused",
        gettext_lazy("A webhook is paused"),
        gettext_lazy(
            "When the portal stops sending to a webhook that does not work: to the partner’s members."
        ),
        (
            Placeholder(
                "name",
                gettext_lazy("First name of the recipient"),
                "Claire",
                lambda c: c["recipient"].get_short_name(),
                personal=True,
            ),
            Placeholder(
                "partner",
                gettext_lazy("Name of the partner"),
                "Wallonie Design",
                lambda c: c["about"].partner.name,
            ),
            Placeholder(
                "address",
                gettext_lazy("Address the portal sent to"),
                "https://example.org/webhooks",
                lambda c: c["about"].url,
                needed=True,
            ),
            Placeholder(
                "reason",
                gettext_lazy("Sentence: why it is paused"),
                gettext_lazy("Its last answer was 410: gone for good."),
                _why,
                needed=True,
            ),
            Placeholder(
                "link",
                gettext_lazy("Address of the webhook in the partner’s space"),
                "https://portail.example/fr/partner/wallonie-design/webhooks/…/",
                _link,
                needed=True,
            ),
        ),
    )
)
