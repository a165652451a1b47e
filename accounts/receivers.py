"""What accounts does when somebody signs in."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from accounts.middleware import SIGNED_IN_AT


@receiver(user_logged_in)
def remember_when(sender, request, user, **kwargs):
    """Keep the hour of the sign-in in the session: staff sessions are limited by it."""
    request.session[SIGNED_IN_AT] = timezone.now().isoformat()
