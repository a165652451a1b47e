from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Window",
            fields=[
                ("who", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("ends", models.DateTimeField()),
                ("taken", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.RunSQL("ALTER TABLE api_window SET UNLOGGED", "ALTER TABLE api_window SET LOGGED"),
    ]
