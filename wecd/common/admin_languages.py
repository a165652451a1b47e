"""Translated fields in the back office: one tab a language, French first."""

from django.conf import settings

LANGUAGES = dict(settings.LANGUAGES)
MAIN = settings.MODELTRANSLATION_DEFAULT_LANGUAGE


def language_tabs(*names: str) -> list:
    """A tab for each language with these fields; what is missing shows in French on the site."""
    tabs = []
    for code in settings.MODELTRANSLATION_LANGUAGES:
        tabs.append((LANGUAGES[code], {"classes": ["tab"], "fields": [f"{name}_{code}" for name in names]}))
    return tabs


class NeedsMainLanguage:
    """Mixin of an admin class with language tabs: what may not be empty is required in the main language."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        original = getattr(db_field, "translated_field", None)
        if field and original is not None and db_field.name.endswith(f"_{MAIN}") and not original.blank:
            field.required = True
        if field and original is not None:  # its tab says the language
            words = str(original.verbose_name)
            field.label = words[:1].upper() + words[1:]
        return field
