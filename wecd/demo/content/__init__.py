"""The texts of the demonstration: invented, in French first."""

import json
from functools import cache
from pathlib import Path

from wecd.common.formatting import french_spacing


@cache
def load(name: str) -> dict:
    return json.loads((Path(__file__).parent / f"{name}.json").read_text())


def translated(field: str, texts: dict | None, **values) -> dict:
    """{"title_fr": …, "title_en": …} for a model's columns; ``{year}`` and such are filled in."""
    found = {}
    for language, text in (texts or {}).items():
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        found[f"{field}_{language}"] = french_spacing(text) if language == "fr" else text
    return found
