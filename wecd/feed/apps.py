from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FeedConfig(AppConfig):
    name = "wecd.feed"
    label = "feed"

    def ready(self):
        from wecd.feed import watching

        post_migrate.connect(watching.after_migrate, sender=self)
