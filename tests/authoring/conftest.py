from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.authoring.fixture_course import FixtureCourse


@pytest.fixture
def course(tmp_path: Path) -> FixtureCourse:
    """The fixture course, not built."""
    return FixtureCourse.written(tmp_path)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> FixtureCourse:
    course = FixtureCourse.written(tmp_path_factory.mktemp("course"))
    result = course.build()
    assert result.exit_code == 0, result.output
    return course


@pytest.fixture
def built(built_once: FixtureCourse, tmp_path: Path) -> FixtureCourse:
    """The fixture course, built: a copy that a test may change."""
    shutil.copytree(built_once.root, tmp_path, dirs_exist_ok=True)
    return FixtureCourse(tmp_path)
