"""What stands in the database is what the models say."""

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

OURS = [
    model
    for room in ("accounts", "posts", "comments", "moderation", "notifications")
    for model in apps.get_app_config(room).get_models()
]
MADE_OF_TEXTS = {"posts.PostMention", "comments.CommentMention", "notifications.Notice"}  # nobody wrote those


def label(value) -> str:
    return getattr(value, "name", None) or getattr(value, "__name__", "")


def test_no_migration_is_missing(db, capsys):
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    assert "No changes detected" in capsys.readouterr().out


@pytest.mark.parametrize("model", OURS, ids=label)
def test_every_rule_and_index_has_a_name_that_says_it_and_stands_in_the_database(db, model):
    names = {each.name for each in [*model._meta.constraints, *model._meta.indexes]}

    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert names <= there.keys()


def test_names_of_rules_and_indexes_are_used_once():
    names = [each.name for model in OURS for each in [*model._meta.constraints, *model._meta.indexes]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("model", OURS, ids=label)
def test_nothing_that_people_wrote_goes_when_an_account_goes(model):
    for field in model._meta.get_fields() if model._meta.label not in MADE_OF_TEXTS else ():
        if isinstance(field, models.ForeignKey) and field.related_model._meta.label == "accounts.User":
            assert field.remote_field.on_delete is not models.CASCADE, field.name
