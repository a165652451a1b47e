"""The mails about a row, on its page in the back office: ``{% mails_about application user %}``."""

from django import template

from wecd.common import outbox, outbox_words

register = template.Library()
SHOWN = 10


@register.inclusion_tag("admin/outbox/_about.html")
def mails_about(row, user):
    """The last mails about ``row`` with their states, a warning first when one came back or failed."""
    if not outbox_words.may_see(user):
        return {}
    found = list(outbox.about(row)[: SHOWN + 1])
    again = {message.resends_id for message in found}
    lost = [one for one in found if one.state in ("bounced", "failed") and one.pk not in again]
    return {
        "may_see": True,
        "rows": [(message, outbox_words.state_tag(message)) for message in found[:SHOWN]],
        "lost": lost,
        "about_type": row._meta.label_lower,
        "about_id": row.pk,
        "more": len(found) > SHOWN,
    }
