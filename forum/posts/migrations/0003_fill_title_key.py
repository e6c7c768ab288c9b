import unicodedata

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

BATCH = 500


def title_key(title: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    return " ".join(folded.split())[:200].rstrip()


def fill_title_key(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    posts = apps.get_model("posts", "Post").objects.using(schema_editor.connection.alias)
    todo = posts.filter(title_key=None).only("pk", "title").order_by("pk")
    while batch := list(todo[:BATCH]):
        for post in batch:
            post.title_key = title_key(post.title)
        posts.bulk_update(batch, ["title_key"])


class Migration(migrations.Migration):
    dependencies = [("posts", "0002_references_and_mentions")]

    operations = [migrations.RunPython(fill_title_key, migrations.RunPython.noop, elidable=True)]
