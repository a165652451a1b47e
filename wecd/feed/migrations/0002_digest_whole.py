from uuid import UUID

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("feed", "0001_initial")]

    operations = [
        migrations.AddField("entry", "digest_whole", models.UUIDField(default=UUID(int=0)), preserve_default=False),
    ]
