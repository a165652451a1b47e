"""The mails about a partner's keys: when each is sent, and what it can tell."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.enums import Scope
from wecd.common import formatting
from wecd.common.mails import Mail, Placeholder, declare


def _until(c) -> str:
    ends = c["about"].expires_at
    return formatting.moment(ends) if ends else _("no end")


def _scopes(c) -> str:
    words = [str(Scope(scope).label) for scope in c["about"].scopes if scope in Scope.values]
    return "\n".join(f"- {each}" for each in words) or f"- {_('Open data only')}"


def _networks(c) -> str:
    return "\n".join(f"- {each}" for each in c["about"].networks) or f"- {_('none: it works from anywhere')}"


def _replaces(c) -> str:
    old = c["about"].replaces
    if old is None:
        return ""
    return _("It replaces the key that begins with %(prefix)s, which works until %(moment)s.") % {
        "prefix": old.client_id or old.prefix,
        "moment": formatting.moment(old.expires_at),
    }


NAME = Placeholder("name", gettext_lazy("Name of the key"), "Data warehouse", lambda c: c["about"].name)
PREFIX = Placeholder(
    "prefix", gettext_lazy("What the key begins with"), "wecd_4fT9Qa…", lambda c: f"{c['about'].prefix}…"
)
PARTNER = Placeholder(
    "partner", gettext_lazy("Name of the partner"), "Wallonie Design", lambda c: c["about"].partner.name
)
PERSON = Placeholder(
    "person", gettext_lazy("Who did it"), "Sophie Renard", lambda c: str(c.get("by") or "WECD"), personal=True
)
UNTIL = Placeholder(
    "until", gettext_lazy("When the key ends"), gettext_lazy("Friday 3 December 2027 at 12:00"), _until
)
LINK = Placeholder(
    "link",
    gettext_lazy("Address of the keys’ page"),
    "https://portail.example/fr/partner/wd/keys/",
    lambda c: settings.SITE_URL + reverse("partner_keys", args=[c["about"].partner.code]),
    needed=True,
)

declare(
    Mail(
        "partners/key_created",
        gettext_lazy("Key created"),
        gettext_lazy("When an API key is created or replaced: to every member of the partner."),
        (
            NAME.must(),
            PREFIX,
            PARTNER,
            PERSON,
            UNTIL,
            Placeholder(
                "scopes",
                gettext_lazy("Lines: what the key may read"),
                gettext_lazy("- Read the applications of our actions"),
                _scopes,
            ),
            Placeholder(
                "replaces",
                gettext_lazy("Sentence: which key it replaces. Empty when none."),
                gettext_lazy("It replaces the key that begins with wecd_9aa, which works until Friday."),
                _replaces,
            ),
            LINK,
        ),
        context=lambda row: {"by": row.created_by},
    ),
    Mail(
        "partners/key_expires",
        gettext_lazy("Key expires soon"),
        gettext_lazy("14 and 3 days before an API key expires: to every member of the partner."),
        (NAME.must(), PREFIX, PARTNER, UNTIL.must(), LINK),
    ),
    Mail(
        "partners/key_widened",
        gettext_lazy("Networks of a key widened"),
        gettext_lazy("When an API key works from more networks than before: to every member of the partner."),
        (
            NAME.must(),
            PREFIX,
            PARTNER,
            PERSON,
            Placeholder(
                "networks",
                gettext_lazy("Lines: the networks it works from"),
                "- 192.0.2.0/24",
                _networks,
                needed=True,
            ),
            LINK,
        ),
        context=lambda row: {"by": row.created_by},
    ),
    Mail(
        "partners/key_revoked",
        gettext_lazy("Key revoked"),
        gettext_lazy("When somebody who is not the partner’s revokes its API key: to every member."),
        (NAME.must(), PREFIX, PARTNER, PERSON, LINK),
        context=lambda row: {"by": row.created_by},
    ),
)
