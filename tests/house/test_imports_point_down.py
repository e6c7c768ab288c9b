"""The rooms stand on each other as docs/architecture.md says, and nobody reaches into another's cupboards."""

import re

from tests.house.sources import PYTHON, faults, imports_of, module_of

LEVELS = [
    ["forum.instruments"],
    ["forum.kit", "forum.markup", "forum.events", "forum.env"],
    ["accounts"],
    ["forum.posts"],
    ["forum.comments"],
    ["forum.moderation", "forum.notifications"],
    ["forum.exports", "forum.pages"],
    ["forum.imports"],
]
LEVEL = {room: number for number, rooms in enumerate(LEVELS) for room in rooms}
TOP = len(LEVELS)  # settings, urls, wiring, commands, template tags

TREE = {"tree", "checking"}
PRIVATE = {"views", "forms", "admin", "urls"} | TREE
# What prepares, checks and fills the trees of a whole site has to know them.
MAY_KNOW_THE_TREE = {"forum.management.commands.check_trees", "forum.management.bench.load"}


def room_of(module: str) -> str | None:
    """None for what is not ours."""
    parts = module.split(".")
    if parts[0] not in {"accounts", "forum"}:
        return None
    return next((room for room in (".".join(parts[:2]), parts[0]) if room in LEVEL), "the top")


def test_imports_point_down():
    def upward(path):
        here = room_of(module_of(path))
        for name in imports_of(path):
            there = room_of(name)
            if there not in {None, here} and LEVEL.get(there, TOP) >= LEVEL.get(here, TOP):
                yield name

    assert faults(PYTHON, upward) == []


def test_nobody_imports_what_is_private_to_another_room():
    def reached_into(path):
        here = module_of(path)
        for name in imports_of(path):
            private = PRIVATE & set(name.split(".")[1:])
            allowed = private <= TREE and here in MAY_KNOW_THE_TREE
            if private and not allowed and room_of(name) not in {None, room_of(here)}:
                yield name

    assert faults(PYTHON, reached_into) == []


def test_pages_and_exports_read_and_never_act():
    def acts(path):
        if room_of(module_of(path)) in {"forum.pages", "forum.exports"}:
            yield from (name for name in imports_of(path) if room_of(name) and "services" in name.split("."))

    assert faults(PYTHON, acts) == []


def test_text_needs_no_database():
    def database(path):
        if room_of(module_of(path)) == "forum.markup":
            yield from (name for name in imports_of(path) if name.startswith("django.db"))

    assert faults(PYTHON, database) == []


def test_events_are_connected_in_the_table_alone():
    def connections(path):
        if module_of(path) not in {"forum.wiring", "forum.apps"}:
            yield from re.findall(r"\w+\.connect\(|\breceiver\b", path.read_text())

    assert faults(PYTHON, connections) == []


def test_the_levels_name_every_room():
    rooms = {room_of(module_of(path)) for path in PYTHON}

    assert rooms == {*LEVEL, "the top"}
