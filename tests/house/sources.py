"""The files that the house's tests look at."""

import ast
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted(
    path
    for room in ("accounts", "forum")
    for path in ROOT.glob(f"{room}/**/*.py")
    if "migrations" not in path.relative_to(ROOT).parts
)
TEMPLATES = sorted(path for path in ROOT.glob("templates/**/*") if path.is_file())


def name_of(path: Path) -> str:
    """From the root of the project."""
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> list[str]:
    """All names that a module imports, wherever in it: ``from forum import events`` is ``forum.events``."""
    found = []
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Import(names=names):
                found += [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found += [f"{module}.{alias.name}" for alias in names]
            case ast.ImportFrom(level=level):
                raise AssertionError(f"{name_of(path)}:{node.lineno} imports by {level} dots: name the whole module")
    return found


def faults(paths: list[Path], faults_of: Callable[[Path], Iterable[object]]) -> list[str]:
    """What ``faults_of`` finds in all the files, for a test to compare with none: a test a file would be thousands."""
    return [f"{name_of(path)}: {fault}" for path in paths for fault in faults_of(path)]
