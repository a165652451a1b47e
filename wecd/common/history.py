"""History of translated models: pghistory must see the columns modeltranslation adds, so it comes after."""

import pghistory
from modeltranslation.translator import register


def translate_and_track(model):
    """Register a model's ``TranslationOptions``, then keep every version of its rows.

    The history table is called ``<Model>History`` and holds each language's column.
    """

    def decorate(options):
        register(model)(options)
        pghistory.track(model_name=f"{model.__name__}History", app_label=model._meta.app_label)(model)
        return options

    return decorate
