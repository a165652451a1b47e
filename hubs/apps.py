from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HubsConfig(AppConfig):
    name = "hubs"
    verbose_name = _("Creative Hubs")

    def ready(self):
        from hubs import receivers  # noqa: F401  (connects them)
