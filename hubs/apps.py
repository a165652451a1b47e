from django.apps import AppConfig


class HubsConfig(AppConfig):
    name = "hubs"

    def ready(self):
        from hubs import receivers  # noqa: F401  (connects them)
