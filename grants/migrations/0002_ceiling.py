"""The de minimis ceiling in force (Regulation (EU) 2023/2831, art. 3(2))."""

import datetime

from django.db import migrations


def create(apps, schema_editor):
    apps.get_model("grants", "DeMinimisCeiling").objects.get_or_create(
        valid_from=datetime.date(2024, 1, 1),
        defaults={"amount": 300_000, "years": 3, "legal_reference": "Regulation (EU) 2023/2831, art. 3(2)"},
    )


class Migration(migrations.Migration):
    dependencies = [("grants", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
