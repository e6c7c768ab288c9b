"""Files a person can read in one go, finished, and at home anywhere."""

import ast
import re
import subprocess
from pathlib import Path

from tests.house.sources import PYTHON, ROOT, faults, name_of, tree_of

LINES = 400
UNFINISHED = re.compile(r"\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b")  # in brackets, so that this line is none
# A path of somebody's machine, an address of a package registry.
AT_HOME_HERE_ALONE = re.compile(r"(?:/home/|/root/|/Users/|/work/)\w|[p]ypi\.org|pythonhosted\.org|registry\.npmjs")


def kept_files() -> list[Path]:
    """What git keeps, as far as it is text of ours."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return [*PYTHON]  # an unpacked archive
    names = [name for name in listed.stdout.split("\0") if name and not name.startswith("static/vendor/")]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""  # a picture, a font, a letter in an old encoding


OURS = [path for path in kept_files() if path.suffix in {".py", ".html", ".js", ".css"} and "golden" not in path.parts]


def test_a_module_is_short_enough_to_be_read():
    long = [name_of(path) for path in OURS if path.suffix == ".py" and len(text_of(path).splitlines()) > LINES]
    assert [name for name in long if "/migrations/" not in name] == []


def test_nothing_is_left_unfinished():
    assert faults(OURS, lambda path: UNFINISHED.findall(text_of(path))) == []


def test_nothing_prints():
    def prints(path):
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"print", "breakpoint"}
            ):
                yield f"line {node.lineno}"

    assert faults(PYTHON, prints) == []


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    found = {
        name_of(path): match.group()
        for path in kept_files()
        if path != Path(__file__) and (match := AT_HOME_HERE_ALONE.search(text_of(path)))
    }
    assert found == {}


def test_every_room_of_tests_is_a_package():
    """Else two files of one name in two rooms would be one module."""
    rooms = {path.parent for path in ROOT.glob("tests/**/test_*.py")}
    assert [name_of(room) for room in rooms if not (room / "__init__.py").exists()] == []
