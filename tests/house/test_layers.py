"""What import-linter cannot say: the domain knows no web, only moves change a state, workflows are whole."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from wecd.common.management.commands.draw_workflows import workflows

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "partners", "actions", "grants", "calls", "vouchers", "hubs")
WEB = ("django.http", "django.shortcuts", "django.contrib.messages", "django.views", "rest_framework")
BELOW_FORMS = ("domain", "models", "querysets", "rules", "enums")


def below_forms():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            room = path.relative_to(ROOT / app).parts[0].removesuffix(".py")
            if room in BELOW_FORMS:
                yield path


def test_below_forms_nothing_knows_the_web():
    found = []
    for path in below_forms():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path.relative_to(ROOT)}: {name}" for name in names if name.startswith(WEB)]
    assert found == []


def test_state_is_written_nowhere_but_in_moves():
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                targets = node.targets if isinstance(node, ast.Assign) else []
                if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize("model", list(workflows()), ids=lambda model: model._meta.label)
def test_every_move_names_a_permission_and_known_states(model):
    assert model.MOVES.keys() <= model._meta.rules_permissions.keys()
    states = {str(value) for value, _ in model._meta.get_field("state").flatchoices}
    for sources, target in model.MOVES.values():
        assert {*map(str, sources), str(target)} <= states


def test_models_with_a_state_have_moves():
    homes = (*APPS, "common", "contact")
    ours = [model for app in homes for model in apps.get_app_config(app).get_models()]
    ours = [model for model in ours if not model.__name__.endswith("History")]
    states = {model for model in ours if any(field.name == "state" for field in model._meta.fields)}
    assert {model._meta.label for model in states} == {model._meta.label for model in workflows()}


def test_workflows_are_drawn(capsys):
    call_command("draw_workflows", "--check")
