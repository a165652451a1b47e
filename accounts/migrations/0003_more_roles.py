"""Three more roles: communication, the partners' editors and the hubs' managers."""

from django.db import migrations

ROLES = ("communication", "partner_editor", "hub_manager")


def create(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name in ROLES:
        Group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
