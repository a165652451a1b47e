"""``manage.py draw_roles``: docs/roles.md, worked out from the rules every page and button asks."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import rules
from django.conf import settings
from django.contrib import admin
from django.core.management.base import BaseCommand
from django.utils import translation

from accounts.enums import Role
from wecd.common.personal import may_see_personal

HEADER = """# Roles in the back office

Generated from the rules of each model by `manage.py draw_roles`; do not edit. “yes”: every row; “own”: only
the rows of their partner, or their hub. What a row's own history forbids (nobody approves what they proposed,
nobody decides on their own enterprise) is asked besides, row by row, and is not shown here.

A role is a group; a programme manager gives it on a person's page, and nobody changes their own. Every role
needs a second factor outside the demonstration and signs in again after `STAFF_SESSION_HOURS`. A partner
editor is also named on the page of the partner, a hub manager on that of the hub.
"""
PAGES = ("view", "add", "change", "delete")
ANYBODY = ("register",)  # what people do for their own enterprise, whatever their role
TIED = (Role.PARTNER_EDITOR, Role.HUB_MANAGER)  # see and change only what they are named on


class _Theirs:
    """The set of rows somebody is named on, whichever row is asked about."""

    def __contains__(self, row) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


class _AnyRow:
    """A row nobody here has anything to do with: whatever is read of it equals nothing else."""

    def __getattr__(self, name):
        return type(self)()

    def __call__(self, *args):
        return False


class Command(BaseCommand):
    help = "Write who may do what into docs/roles.md; --check only compares."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="fail if the file is not up to date")

    def handle(self, *args, **options):
        path = Path(settings.BASE_DIR) / "docs" / "roles.md"
        import_module(settings.ROOT_URLCONF)  # the site's addresses take out what libraries registered
        with translation.override("en"):
            wanted = "\n".join([HEADER, *_tables()]) + "\n"
        if not options["check"]:
            path.write_text(wanted)
        elif not path.exists() or path.read_text() != wanted:
            self.stderr.write("docs/roles.md is out of date: run manage.py draw_roles.")
            sys.exit(1)


def person(role: str):
    """Somebody with this role alone, who is named on whatever their role needs to be named on."""
    return SimpleNamespace(
        pk=object(), role_names={role}, is_active=True, is_authenticated=True, is_system=False, is_staff=True,
        enterprise_roles={}, _partners=_Theirs() if role == Role.PARTNER_EDITOR else set(),
        _hubs_managed=_Theirs(),
    )  # fmt: skip


def _tables() -> Iterator[str]:
    people = {role: person(role) for role in Role}
    yield _line("", *(role.label for role in Role))
    yield _line("---", *(":-:" for _role in Role))
    yield _line("sees personal data", *(_word(may_see_personal(who), role) for role, who in people.items()))
    yield ""
    app = None
    for model, model_admin in sorted(admin.site._registry.items(), key=_place):
        rows = list(_rows(model, model_admin, people))
        if not rows:
            continue
        if model._meta.app_config is not app:
            app = model._meta.app_config
            yield f"## {app.verbose_name}\n"
        yield f"### {_capital(model._meta.verbose_name_plural)}\n"
        yield _line("", *(role.label for role in Role))
        yield _line("---", *(":-:" for _role in Role))
        yield from rows
        yield ""


def _rows(model, model_admin, people) -> Iterator[str]:
    declared = getattr(model._meta, "rules_permissions", {}).keys()
    for verb in PAGES:
        said = {role: _page(model_admin, verb, who) for role, who in people.items()}
        if verb in declared and not any(said.values()):  # a page of its own does it
            said = _ruled(model, verb, people)
        if any(said.values()):
            yield _line(verb, *(_word(yes, role) for role, yes in said.items()))
    for verb in sorted(declared - {*PAGES, *ANYBODY}):
        said = _ruled(model, verb, people)
        if any(said.values()):
            yield _line(verb.replace("_", " "), *(_word(yes, role) for role, yes in said.items()))


def _ruled(model, verb: str, people) -> dict[str, bool]:
    return {role: rules.has_perm(model.get_perm(verb), who, _AnyRow()) for role, who in people.items()}


def _page(model_admin, verb: str, who) -> bool:
    return getattr(model_admin, f"has_{verb}_permission")(SimpleNamespace(user=who))


def _word(yes: bool, role: str) -> str:
    return ("own" if role in TIED else "yes") if yes else ""


def _line(*cells) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _capital(words) -> str:
    return str(words)[:1].upper() + str(words)[1:]


def _place(entry) -> tuple:
    options = entry[0]._meta
    return list(settings.INSTALLED_APPS).index(options.app_config.name), str(options.verbose_name_plural)
