"""What happens to an award happens to its application: one function call each."""

from django.dispatch import receiver

from calls.domain import decisions
from grants import signals


@receiver(signals.award_locking)
def lock_application(sender, award, **kwargs):
    decisions.lock_of(award)


@receiver(signals.award_approved)
def award_application(sender, award, by, **kwargs):
    decisions.award_approved(award, by=by)


@receiver(signals.award_declined)
def send_application_back(sender, award, by, reason, **kwargs):
    decisions.award_declined(award, by=by, reason=reason)


@receiver(signals.award_released)
def move_the_reserve_up(sender, award, by, reason, **kwargs):
    decisions.award_released(award, by=by, reason=reason)
