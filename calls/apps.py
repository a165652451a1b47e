from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = _("Calls")

    def ready(self):
        from calls import (  # noqa: F401  (they declare mails, and connect signals)
            conversation_mails,
            information_mails,
            mails,
            question_mails,
            receivers,
        )
