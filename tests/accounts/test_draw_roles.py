"""The table of roles says what the rules say."""

import pytest
from django.core.management import call_command

from accounts.enums import Role


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
            assert cells[0] in ("view", "sees personal data"), row


def test_money_is_not_for_officers(table):
    assert line(table, "Awards", "approve")[Role.OFFICER] == ""
    assert line(table, "Awards", "approve")[Role.FINANCE] == "yes"


def test_check_notices_a_change(table, settings, capsys):
    path = settings.BASE_DIR / "docs" / "roles.md"
    call_command("draw_roles", "--check")
    path.write_text(table.replace("yes", "no", 1))
    with pytest.raises(SystemExit):
        call_command("draw_roles", "--check")
