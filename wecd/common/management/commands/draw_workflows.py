"""``manage.py draw_workflows``: docs/workflows.md, drawn from every model's ``MOVES``."""

import sys
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models
from django.utils import translation

HEADER = """# Workflows

Generated from the `MOVES` of each model by `manage.py draw_workflows`; do not edit. Every arrow is one verb:
a function of the app's `domain/`, a permission of the same name, a button, and an entry of the journal.
"""


class Command(BaseCommand):
    help = "Draw the state diagrams of every workflow into docs/workflows.md; --check only compares."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="fail if the file is not up to date")

    def handle(self, *args, **options):
        path = Path(settings.BASE_DIR) / "docs" / "workflows.md"
        with translation.override("en"):
            wanted = "\n".join([HEADER, *(draw(model) for model in workflows())])
        if not options["check"]:
            path.write_text(wanted)
        elif not path.exists() or path.read_text() != wanted:
            self.stderr.write("docs/workflows.md is out of date: run manage.py draw_workflows.")
            sys.exit(1)


def workflows() -> Iterator[type[models.Model]]:
    """Every model with moves, floor by floor."""
    for config in apps.get_app_configs():
        yield from (model for model in config.get_models() if hasattr(model, "MOVES"))


def draw(model) -> str:
    """One model's diagram, with the words people see for each state."""
    field = model._meta.get_field("state")
    labels = {str(value): label for value, label in field.flatchoices}
    lines = [f"## {str(model._meta.verbose_name).capitalize()}", "", f"`{model._meta.label}`", ""]
    lines += ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {state}: {label}" for state, label in labels.items()]
    lines.append(f"    [*] --> {field.get_default()}")
    left = set()
    for verb, (sources, target) in model.MOVES.items():
        for source in sorted(map(str, sources), key=list(labels).index):
            left.add(source)
            lines.append(f"    {source} --> {target!s}: {verb}")
    lines += [f"    {state} --> [*]" for state in labels if state not in left]
    return "\n".join([*lines, "```", ""])
