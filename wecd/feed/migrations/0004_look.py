from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("feed", "0003_whole_shapes_home")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "resource", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("resource", models.CharField(max_length=40)),
                ("row", models.UUIDField()),
                ("data", models.TextField()),
            ],
        ),
    ]
