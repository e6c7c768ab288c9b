"""docs/settings.md and the code name the same environment variables, with the same defaults."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = sorted((ROOT / "forum" / "settings").glob("*.py"))
SCRIPTS = [ROOT / "Makefile", ROOT / ".ci" / "run", *sorted((ROOT / "bin").iterdir())]
OUR_PREFIX = re.compile(r"\bCOLLOQUY_[A-Z_]*[A-Z]\b")
GIVEN_BY_ALL_SYSTEMS = {"CI", "HOME", "PATH", "TMPDIR"}


def read_by_settings() -> dict[str, str]:
    """Every variable that forum.settings reads, with its default where that is a plain value."""
    found: dict[str, str] = {}
    nodes = [node for path in SETTINGS for node in ast.walk(ast.parse(path.read_text()))]
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Name) or not all(isinstance(word, ast.Constant) for word in call.args[:1]):
            continue
        reader, words = call.func.id, [word.value for word in call.args if isinstance(word, ast.Constant)]
        if reader.startswith("env_"):
            default = next((option.value for option in call.keywords if option.arg == "default"), None)
            plain = default.value if isinstance(default, ast.Constant) else ""
            found[words[0]] = str(plain).lower() if isinstance(plain, bool) else str(plain)
            if reader == "env_secret":
                found[f"{words[0]}_FILE"] = ""
        elif reader == "_sign_in_with":
            found |= dict.fromkeys([f"{words[1]}_CLIENT_ID", f"{words[1]}_SECRET", f"{words[1]}_SECRET_FILE"], "")
    return found


def used_elsewhere() -> set[str]:
    """Variables of the scripts, and those of ours that any other code names."""
    found = set()
    for path in SCRIPTS:
        text = path.read_text()
        set_here = set(re.findall(r"\b([A-Z_]+)=", text)) - {"PORT", "PYTHON", "DATABASE_URL"}
        found |= set(re.findall(r"\$\{?([A-Z][A-Z_]+)\b", text)) - set_here | set(OUR_PREFIX.findall(text))
    for folder in ("accounts", "forum", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.parent != Path(__file__).parent:
                found |= set(OUR_PREFIX.findall(path.read_text()))
    return found - GIVEN_BY_ALL_SYSTEMS - {f"COLLOQUY_{name}" for name in ("ORCID", "GITHUB", "GOOGLE", "OIDC")}


def documented() -> dict[str, str]:
    """The variables of the tables in docs/settings.md, with what stands under "default"."""
    found = {}
    for line in (ROOT / "docs" / "settings.md").read_text().splitlines():
        if line.startswith("| `"):
            names, default = line.split("|")[1:3]
            found |= dict.fromkeys(re.findall(r"`([A-Z_]+)`", names), default.strip())
    return found


def test_every_variable_is_documented_and_every_documented_one_exists():
    assert set(read_by_settings()) | used_elsewhere() == set(documented())


@pytest.mark.parametrize("name,default", sorted((name, value) for name, value in read_by_settings().items() if value))
def test_the_documented_default_is_the_real_one(name, default):
    assert documented()[name] == f"`{default}`"


def test_the_reading_of_the_code_finds_what_it_is_meant_to_find():
    found = read_by_settings()
    assert found["PORT"] == "8000"
    assert {"COLLOQUY_ORCID_SECRET_FILE", "COLLOQUY_EMAIL_HOST", "DATABASE_URL"} < set(found)
    assert {"PYTEST_ARGS", "PYTHON", "PORT"} < used_elsewhere()
