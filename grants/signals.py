"""What grants tells the apps above it. Each is sent inside the transaction of the move.

All carry ``award`` and ``by``; a receiver that raises takes the whole move back with it.
"""

from django.dispatch import Signal

award_locking = Signal()  # before an award is locked: what stands above locks its own row first, always
award_approved = Signal()  # money is committed
award_declined = Signal()  # a second person sent the proposal back; also carries ``reason``
award_released = Signal()  # the money is free again; also carries ``reason``
