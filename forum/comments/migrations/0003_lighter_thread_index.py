from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0002_references_and_mentions")]

    operations = [
        migrations.RemoveIndex(model_name="comment", name="comment_in_thread"),
        migrations.AddIndex(model_name="comment", index=models.Index(fields=["post"], name="comment_in_thread")),
    ]
