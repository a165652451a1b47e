"""Whether the account menu shows the way to a partner's space."""

from partners.rules import memberships_of

REMEMBERED = "partner_member"


def remember_membership(request, user=None) -> bool:
    """Whether this person works for a partner: noted in the session, so that the menu asks nothing."""
    member = bool(memberships_of(user or request.user))
    if bool(request.session.get(REMEMBERED)) != member:
        request.session[REMEMBERED] = member
    return member
