"""Who may touch whom: the separation that keeps the rooms of the house apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HELPERS = Path(__file__).resolve().parent.parent / "helpers"

RULES = [
    ("cloud", {"localcloud", "classroom", "authoring", "desk"}, "clients talk to the server over HTTP"),
    ("show", {"localcloud"}, "pictures are clients of the server"),
    ("simulate", {"localcloud", "cloud", "classroom", "authoring", "desk"}, "models need no server"),
    ("classroom", {"localcloud", "desk"}, "the judge looks at the account from outside"),
    (
        "localcloud",
        {"cloud", "classroom", "authoring", "desk", "show"},
        "the server knows nothing of the course and could be published alone",
    ),
    ("interviews", {"localcloud", "desk", "authoring"}, "the interview room needs questions and progress, no cloud"),
    ("authoring", {"localcloud", "desk"}, "authoring knows files, not clouds"),
    (
        "prices",
        {"localcloud", "cloud", "classroom", "authoring", "desk", "show", "simulate"},
        "server and clients read the same price book, which knows neither",
    ),
]


def imported_rooms(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] if node.module != "helpers" else [f"helpers.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "helpers" and len(parts) > 1:
                yield parts[1]


@pytest.mark.parametrize(("room", "closed", "why"), RULES, ids=[rule[0] for rule in RULES])
def test_a_room_imports_only_what_it_may(room: str, closed: set[str], why: str) -> None:
    files = sorted((HELPERS / room).rglob("*.py"))
    assert files
    trespasses = {str(path.relative_to(HELPERS)): sorted(closed & set(imported_rooms(path))) for path in files}
    assert not {path: rooms for path, rooms in trespasses.items() if rooms}, why


def test_moto_is_patched_in_one_place_only() -> None:
    offenders = [
        str(path.relative_to(HELPERS))
        for path in HELPERS.rglob("*.py")
        if "localcloud" not in path.parts
        and any(line.startswith(("import moto", "from moto")) for line in path.read_text(encoding="utf-8").splitlines())
    ]
    assert offenders == []


def test_every_room_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(HELPERS))
        for path in HELPERS.rglob("__init__.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []
