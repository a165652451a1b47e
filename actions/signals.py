"""What this floor tells the floors above."""

from django.dispatch import Signal

# A programme file is being loaded, inside its transaction: floors above load their own part of it.
# Sender: Programme. Arguments: programme, loader (actions.domain.loading.Loader), content (the file), texts.
programme_loaded = Signal()
