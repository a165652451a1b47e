from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = _("Money")

    def ready(self):
        from grants import receivers  # noqa: F401  (connects them)
