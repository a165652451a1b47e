"""What the floors below tell this one."""

from django.dispatch import receiver

from actions.signals import programme_loaded
from hubs.domain import hubs_file


@receiver(programme_loaded, dispatch_uid="hubs.load")
def load_hubs(sender, programme, loader, content, texts, **kwargs):
    hubs_file.load(programme=programme, loader=loader, content=content, texts=texts)
