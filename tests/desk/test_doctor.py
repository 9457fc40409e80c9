"""``course doctor`` names what is missing and the command that mends it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from helpers.desk.doctor import pins
from tests.desk.opened import copy_course, course


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_course(tmp_path)


def test_on_a_computer_that_has_everything_nothing_fails(copy: Path, tmp_path: Path) -> None:
    ended = course(copy, tmp_path, "doctor")
    assert ended.returncode == 0, ended.stdout
    assert "FAIL" not in ended.stdout
    assert "ok    local cloud runs a Lambda: answered 42" in ended.stdout


def test_what_is_missing_comes_with_the_command_that_mends_it(copy: Path, tmp_path: Path) -> None:
    shutil.rmtree(copy / "notebooks" / "pt-BR")
    with (copy / "requirements.txt").open("a", encoding="utf-8") as requirements:
        requirements.write("a-package-that-nobody-wrote==1.0 \\\n    --hash=sha256:00\n")
    ended = course(copy, tmp_path, "doctor")
    lines = ended.stdout.splitlines()
    repairs = {line: lines[number + 1].strip() for number, line in enumerate(lines) if line.startswith("FAIL")}
    assert ended.returncode == 1
    assert repairs == {
        "FAIL  packages: a-package-that-nobody-wrote 1.0 is wanted, nothing is installed": (
            "mend it: python -m helpers.desk.install --again"
        ),
        "FAIL  notebooks pt-BR: notebooks/pt-BR holds no notebook 00: run `course build`, or fetch the course again": (
            "mend it: course build"
        ),
    }


def test_only_the_pins_for_this_python_and_platform_count() -> None:
    text = """
# a comment
Some_Package==1.2 ; python_full_version >= '3.11' \\
    --hash=sha256:00
for-others==2.0 ; sys_platform == 'an-os-that-nobody-wrote' \\
    --hash=sha256:00
    # via some-package
"""
    assert sys.version_info >= (3, 11)
    assert pins(text) == {"some-package": "1.2"}
