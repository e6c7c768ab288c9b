from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0003_fill_title_key")]

    operations = [
        migrations.AlterField(
            model_name="post",
            name="title_key",
            field=models.CharField(editable=False, max_length=200),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["title_key", "published_at", "id"], name="post_by_title"),
        ),
    ]
