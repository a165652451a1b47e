"""The table of roles says what the rules say."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.enums import Role

READING = ("view", "sees personal data", "read")  # to read: the signed document of a processing agreement


@pytest.fixture
def table(settings, tmp_path):
    (tmp_path / "docs").mkdir()
    settings.BASE_DIR = tmp_path
    call_command("draw_roles")
    return (tmp_path / "docs" / "roles.md").read_text()


def line(table: str, model: str, verb: str) -> dict[str, str]:
    """{role: what its cell says} of one line of one model's table."""
    part = table.split(f"### {model}\n")[1].split("###")[0]
    cells = next(row for row in part.splitlines() if row.startswith(f"| {verb} |")).strip("| ").split("|")
    words = [cell.strip() for cell in cells[1:]]
    return dict(zip(Role, words + [""] * (len(Role) - len(words)), strict=True))


def test_who_is_tied_to_rows_reads_own(table):
    assert line(table, "Partners", "view")[Role.PARTNER_EDITOR] == "own"
    assert line(table, "Creative Hubs", "change")[Role.HUB_MANAGER] == "own"
    assert line(table, "Creative Hubs", "change")[Role.PARTNER_EDITOR] == ""


def test_an_auditor_views_and_does_nothing_else(table):
    for row in table.splitlines():
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        if len(cells) == len(Role) + 1 and cells[1 + list(Role).index(Role.AUDITOR)] == "yes":
            assert cells[0] in READING, row


def test_money_is_not_for_officers(table):
    assert line(table, "Awards", "approve")[Role.OFFICER] == ""
    assert line(table, "Awards", "approve")[Role.FINANCE] == "yes"


def test_it_needs_nobody_to_have_opened_a_page_before(tmp_path):
    """In a process of its own: what libraries register for themselves is out of the way there too."""
    (tmp_path / "docs").mkdir()
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings; from django.core.management import call_command\n"
        f"settings.BASE_DIR = {str(tmp_path)!r}; call_command('draw_roles')\n"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "wecd.settings", "WECD_ENV": "test"}
    subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=True)
    drawn = (settings.BASE_DIR / "docs" / "roles.md").read_text(encoding="utf-8")
    assert (tmp_path / "docs" / "roles.md").read_text() == drawn


def test_check_notices_a_change(table, settings, capsys):
    path = settings.BASE_DIR / "docs" / "roles.md"
    call_command("draw_roles", "--check")
    path.write_text(table.replace("yes", "no", 1))
    with pytest.raises(SystemExit):
        call_command("draw_roles", "--check")
