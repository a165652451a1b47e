"""A recent sign-in is asked for before a secret is shown, or a door opened wider."""

import functools
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.middleware import SIGNED_IN_AT
from wecd.common import kept

RECENT = timedelta(minutes=15)


def confirmed(view):
    """A page for somebody who signed in, or confirmed who they are, a few minutes ago; others confirm first.

    A form sent too late is not lost: it is taken up once they have confirmed. Who signs in by a code alone
    has nothing to confirm with, and signs in again; what they typed is kept if the page says so
    (``wecd.common.kept``).
    """
    asks = reauthentication_required(view)

    @functools.wraps(view)
    def page(request, *args, **kwargs):
        since = parse_datetime(request.session.get(SIGNED_IN_AT, ""))
        if since is not None and timezone.now() - since < RECENT:
            return view(request, *args, **kwargs)
        if get_adapter().get_reauthentication_methods(request.user):
            return asks(request, *args, **kwargs)
        logout(request)
        messages.info(request, _("You signed in a while ago. Please sign in again."))
        return kept.sign_in_first(request, view)

    return page
