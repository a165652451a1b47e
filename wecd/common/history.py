"""History of translated models: pghistory must see the columns modeltranslation adds, so it comes after."""

import pghistory
from modeltranslation.translator import register

from wecd.common.changes import every_change


def translate_and_track(model):
    """Register a model's ``TranslationOptions``, then keep every version of its rows.

    The history table is called ``<Model>History`` and holds each language's column.
    """

    def decorate(options):
        register(model)(options)
        name, app = f"{model.__name__}History", model._meta.app_label
        pghistory.track(*every_change(), model_name=name, app_label=app)(model)
        return options

    return decorate
