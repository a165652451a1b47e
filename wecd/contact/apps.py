from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "wecd.contact"
    label = "contact"

    def ready(self):
        from wecd.contact import mails  # noqa: F401  (declares them)
