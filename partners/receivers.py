"""What the space notes when somebody signs in."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from partners.menu import remember_membership


@receiver(user_logged_in, dispatch_uid="partners.note_membership")
def note_membership(sender, request, user, **kwargs):
    """The account menu then shows the way to the partner's space."""
    if request is not None and hasattr(request, "session"):
        remember_membership(request, user)
