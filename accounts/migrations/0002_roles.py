"""The staff roles as groups, and the user in whose name jobs act."""

from django.db import migrations

ROLES = ("manager", "officer", "finance", "auditor")


def create(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name in ROLES:
        Group.objects.get_or_create(name=name)
    User = apps.get_model("accounts", "User")
    User.objects.get_or_create(
        is_system=True,
        defaults={"email": "system@wecd.invalid", "name": "WECD", "password": "!", "is_active": True},
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
