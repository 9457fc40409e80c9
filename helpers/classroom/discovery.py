"""Finds the judge's side of the labs: ``course/labs/*/checks.py`` below a course's root."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from helpers.classroom.checks import Lab
from helpers.errors import BuildFailed, CourseError


class Labs:
    """The labs of one course tree, loaded when first asked for and again when their file changed.

    A lab whose checks cannot be loaded hides no other.
    """

    def __init__(self, course_root: Path) -> None:
        self._folder = course_root / "course" / "labs"
        self._loaded: dict[Path, tuple[int, Lab]] = {}

    def numbers(self) -> list[str]:
        """The numbers of all labs, such as ``["01", "02"]``."""
        return [path.parent.name.partition("-")[0] for path in self._files()]

    def lab(self, number: str) -> Lab:
        """The lab with this number.

        Raises: ``CourseError`` when there is none, ``BuildFailed`` when its checks cannot be loaded.
        """
        for path in self._files():
            if path.parent.name.partition("-")[0] == number:
                return self._load(path)
        raise CourseError(f"there is no lab {number}; this course has {', '.join(self.numbers()) or 'none'}")

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*/checks.py"))

    def _load(self, path: Path) -> Lab:
        changed = path.stat().st_mtime_ns
        known = self._loaded.get(path)
        if known is None or known[0] != changed:
            known = self._loaded[path] = (changed, load(path))
        return known[1]


def load(path: Path) -> Lab:
    """Run one ``checks.py`` and return its ``lab``.

    Raises: ``BuildFailed`` naming the file and what is wrong with it.
    """
    spec = importlib.util.spec_from_file_location(f"checks_of_{path.parent.name.replace('-', '_')}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BuildFailed(
            f"the checks of {path.parent.name} cannot be loaded ({type(error).__name__}: {error}): mend {path}"
        ) from error
    lab = getattr(module, "lab", None)
    if not isinstance(lab, Lab):
        raise BuildFailed(f"{path} defines no `lab`: begin it with lab = Lab(number, title)")
    empty = [number for number, exercise in lab.exercises.items() if not exercise.checks]
    if empty or not lab.exercises:
        raise BuildFailed(
            f"{path}: {'exercise ' + ', '.join(empty) if empty else 'the lab'} has no check: add one with @lab.check"
        )
    return lab
