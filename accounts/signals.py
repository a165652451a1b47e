"""What accounts tells the apps above it. Each is sent inside the transaction of the change.

A receiver that raises takes the whole change back with it.
"""

from django.dispatch import Signal

# An enterprise entered or left a control group: past de minimis aid follows it. Sender: Enterprise.
# Carries ``enterprise`` (already saved, its row locked), ``previous`` (the undertaking it left) and ``by``.
undertaking_changed = Signal()
