"""The back office's sidebar and tabs: what exists, and what this person may see."""

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from wecd.common.admin import StaffModelAdmin

# (group, [(app.Model, icon)]): an entry appears once its model has an admin class.
GROUPS = (
    (
        _("Calls"),
        (
            ("calls.call", "campaign"),
            ("calls.application", "send"),
            ("calls.publicanswer", "forum"),
            ("common.clock", "timer"),
        ),
    ),
    (
        _("Money"),
        (
            ("grants.envelope", "account_balance_wallet"),
            ("grants.award", "task_alt"),
            ("grants.ledgerentry", "receipt_long"),
            ("grants.deminimisaid", "lock"),
            ("grants.deminimisceiling", "vertical_align_top"),
        ),
    ),
    (_("Vouchers"), (("vouchers.voucher", "confirmation_number"), ("vouchers.provider", "design_services"))),
    (
        _("Programme"),
        (
            ("actions.programme", "map"),
            ("actions.axis", "category"),
            ("actions.action", "flag"),
            ("actions.indicator", "speed"),
            ("partners.partner", "handshake"),
            ("hubs.hub", "location_on"),
        ),
    ),
    (
        _("People"),
        (
            ("accounts.enterprise", "storefront"),
            ("accounts.undertaking", "account_tree"),
            ("accounts.user", "person"),
        ),
    ),
    (
        _("Control"),
        (
            ("common.journalentry", "history_edu"),
            ("common.journalhead", "link"),
            ("contact.enquiry", "mail"),
            ("common.outboxmessage", "outgoing_mail"),
            ("common.mailtemplate", "edit_note"),
            ("partners.apikey", "key"),
            ("partners.processingagreement", "contract"),
            ("partners.webhookendpoint", "webhook"),
        ),
    ),
)
# Tabs of a call's page: (title, pane). "general" is the pane of the texts.
CALL_TABS = (
    (_("Texts"), "general"),
    (_("Money"), "money"),
    (_("Dates"), "dates"),
    (_("Strands"), "strands"),
    (_("Who may apply"), "rules"),
    (_("Criteria"), "criteria"),
    (_("Form and documents"), "form"),
    (_("Questions and answers"), "public_answers"),
)


def navigation(request) -> list[dict]:
    """The sidebar's groups; a group with nothing for this person is left out."""
    registered = {model._meta.label_lower: site for model, site in admin.site._registry.items()}
    groups: list[dict] = [{"items": [_home(request)]}]
    for title, entries in GROUPS:
        items = [
            _entry(registered[label], icon)
            for label, icon in entries
            if label in registered and registered[label].has_view_permission(request)
        ]
        if items:
            groups.append({"title": title, "items": items})
    return groups


def _home(request) -> dict:
    home = reverse("admin:index")
    return {"title": _("Dashboard"), "icon": "dashboard", "link": home, "active": request.path == home}


def _entry(model_admin, icon) -> dict:
    options = model_admin.opts
    try:
        link = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except NoReverseMatch:
        link = "#"
    title = str(options.verbose_name_plural)
    return {"title": title[:1].upper() + title[1:], "icon": icon, "link": link}


def tabs(request) -> list[dict]:
    """The tabs of a call that exists; one being added has its texts alone."""
    match = request.resolver_match
    items = CALL_TABS if match and match.url_name == "calls_call_change" else ()
    return [
        {
            "models": [{"name": "calls.call", "detail": True}],
            "items": [{"title": title, "link": "", "inline": pane, "active": False} for title, pane in items],
        }
    ]


def keep_our_own() -> None:
    """Take out the pages that libraries registered for themselves: tokens, second factors, jobs.

    They ask Django's permissions, which a superuser always has; ours ask the rules.
    """
    for model, model_admin in list(admin.site._registry.items()):
        if not isinstance(model_admin, StaffModelAdmin):
            admin.site.unregister(model)
