"""What grants does when the people below it change: one function call each."""

from django.dispatch import receiver

from accounts.signals import undertaking_changed
from grants.domain import deminimis


@receiver(undertaking_changed)
def past_aid_follows(sender, enterprise, **kwargs):
    deminimis.follow(enterprise)
