"""The rooms of the code: imports run one way, and no module is too long to read."""

import ast
from pathlib import Path

import pytest

from tests.building import ROOT

# What each part of bookkit may import of the others.
BELOW = {
    "addresses": set(),
    "surroundings": {"addresses"},
    "execution": {"addresses", "surroundings"},
    "incremental": {"addresses", "surroundings", "execution"},
    "pages": {"addresses", "surroundings", "execution", "incremental"},
    "look": {"addresses", "surroundings", "execution", "incremental", "pages"},
    "formulas": {"addresses", "surroundings", "execution", "incremental"},
    "figures": {"addresses", "pages"},
    "exercises": {"addresses", "surroundings", "execution", "incremental"},
    "quizzes": {"addresses", "surroundings", "execution", "incremental"},
    "sharing": {"addresses", "surroundings", "execution", "incremental", "pages"},
    "reading": {
        *("addresses", "surroundings", "execution", "incremental"),
        *("pages", "quizzes", "exercises"),
    },
    "search": {"addresses", "surroundings", "execution", "incremental", "pages", "exercises"},
    "editions": {"addresses", "surroundings", "execution", "incremental"},
}
ABOVE = {"lints", "notebooks"}  # these may import any
LONGEST = 275  # lines; some 250 are aimed at
MODULES = sorted((ROOT / "code").rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, by their full names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_run_one_way(path):
    package, *rest = path.relative_to(ROOT / "code").with_suffix("").parts
    imported = imports_of(path)
    if package == "nnbook":
        assert [name for name in imported if name.startswith("bookkit")] == []
    elif rest[0] in BELOW:
        parts = {name.split(".")[1] for name in imported if name.startswith("bookkit.")}
        assert parts - BELOW[rest[0]] - {rest[0]} == set()


def test_every_part_has_its_place():
    parts = {
        path.relative_to(ROOT / "code/bookkit").parts[0].removesuffix(".py")
        for path in MODULES
        if "bookkit" in path.parts
    }
    assert parts - {"__init__"} == BELOW.keys() | ABOVE


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_is_too_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST
