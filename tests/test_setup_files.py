"""The files that set the course up agree: one list of pins for make, conda, Binder and JupyterHub."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.desk.doctor import pins

REPOSITORY = Path(__file__).resolve().parent.parent
REQUIREMENTS = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA: dict[str, Any] = yaml.safe_load((REPOSITORY / "environment.yml").read_text(encoding="utf-8"))
READMES = ("README.md", "README.pt-BR.md")


def direct_dependencies() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(text) for text in [*PROJECT["dependencies"], *(text for extra in extras for text in extra)]]


def test_every_package_that_the_course_names_is_pinned_as_the_course_allows() -> None:
    pinned = pins(REQUIREMENTS)
    for wanted in direct_dependencies():
        name = canonicalize_name(wanted.name)
        assert name in pinned, f"{name} has no pin: run `make requirements.txt`"
        assert wanted.specifier.contains(pinned[name]), f"{name} {pinned[name]} is not {wanted.specifier}"


def test_every_pin_carries_hashes() -> None:
    blocks = [block for block in re.split(r"\n(?=\w)", REQUIREMENTS) if not block.startswith("#")]
    assert len(blocks) > 100
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_conda_brings_python_and_pip_and_pip_installs_the_same_pins() -> None:
    *from_conda, from_pip = CONDA["dependencies"]
    assert [text.split("=")[0] for text in from_conda] == ["python", "pip"]
    assert from_pip == {"pip": ["-r requirements.txt"]}


def test_condas_python_is_one_that_the_course_supports() -> None:
    version = CONDA["dependencies"][0].partition("=")[2]
    assert tuple(map(int, version.split("."))) >= (3, 11)
    assert PROJECT["requires-python"] == ">=3.11"


def test_binder_adds_the_course_itself_without_choosing_packages_again() -> None:
    post_build = (REPOSITORY / "postBuild").read_text(encoding="utf-8")
    assert "pip install --no-deps --no-build-isolation -e ." in post_build


@pytest.mark.parametrize("name", ["environment.yml", "requirements.txt", "pyproject.toml", "Makefile", "postBuild"])
def test_no_set_up_file_names_a_host(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\s\"'<>]+", text) == []


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_commands_that_exist(readme: str) -> None:
    text = (REPOSITORY / readme).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", " ".join(re.findall(r"`{1,3}[^`]+`{1,3}", text))))
    assert {"lab", "test", "tour"} <= named <= targets


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_links_to_what_is_there(readme: str) -> None:
    text = (REPOSITORY / readme).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)\)", text)
    missing = [path for path in targets if "://" not in path and not (REPOSITORY / path).exists()]
    assert len(targets) > 5
    assert missing == []
