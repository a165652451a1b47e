from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "wecd.pages"
    label = "pages"

    def ready(self):
        from wecd.common.context import register_footer_partners
        from wecd.pages.partners import footer

        register_footer_partners(footer)
