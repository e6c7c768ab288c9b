import stat
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from forum.management.commands.serve import keep_private


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_of_the_database_is_its_owners_alone(tmp_path):
    path = tmp_path / "new.sqlite3"
    keep_private({"ENGINE": "django.db.backends.sqlite3", "NAME": path})
    assert mode_of(path) == 0o600

    path.write_bytes(b"rows")
    path.chmod(0o644)
    keep_private({"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)})
    assert (mode_of(path), path.read_bytes()) == (0o600, b"rows")


@pytest.mark.parametrize("name", [":memory:", "file:memory?mode=memory"])
def test_what_is_no_file_is_left_alone(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keep_private({"ENGINE": "django.db.backends.sqlite3", "NAME": name})
    keep_private({"ENGINE": "django.db.backends.postgresql", "NAME": "forum"})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="DATABASE_URL"):
        keep_private({"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "no" / "x.sqlite3"})
