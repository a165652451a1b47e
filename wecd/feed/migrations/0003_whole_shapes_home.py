from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("feed", "0002_digest_whole")]

    operations = [
        migrations.AddField("state", "shapes", models.JSONField(default=dict)),
        migrations.AddField("state", "home", models.CharField(default="", max_length=100)),
        migrations.AddField("state", "lost", models.JSONField(default=list)),
        migrations.AddField("entry", "seq_whole", models.BigIntegerField(default=0), preserve_default=False),
        migrations.RunSQL("UPDATE feed_entry SET seq_whole = seq", migrations.RunSQL.noop),
        migrations.AddIndex(
            "entry",
            models.Index(fields=["audience", "resource", "seq_whole"], name="feed_entry_place_whole"),
        ),
    ]
