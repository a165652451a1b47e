"""The outcome of each nightly proof of the journal."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("common", "0003_search")]
    operations = [
        migrations.CreateModel(
            name="JournalCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="checked")),
                ("entries", models.PositiveBigIntegerField(verbose_name="entries")),
                ("heads", models.PositiveIntegerField(verbose_name="heads")),
                ("signs", models.PositiveIntegerField(verbose_name="signs of tampering")),
            ],
            options={
                "verbose_name": "journal check",
                "verbose_name_plural": "journal checks",
                "ordering": ["-at"],
            },
        ),
    ]
