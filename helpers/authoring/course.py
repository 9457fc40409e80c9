"""The sources below one root, read: units, and what is made from all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from helpers.authoring import coverage, index, interview
from helpers.authoring.coverage_page import PAGE, page
from helpers.authoring.findings import Finding, Unbuildable
from helpers.authoring.index_page import index_unit
from helpers.authoring.notebooks import Neighbours
from helpers.authoring.source import Unit, read_unit, unit_folders
from helpers.errors import BuildFailed

INDEX = "index"


@dataclass
class Course:
    """The sources below one root: the units that could be read, in teaching order, and what is wrong with the others.

    root: the folder that holds ``course``.
    """

    root: Path
    units: list[Unit] = field(default_factory=list)
    unreadable: dict[Path, list[Finding]] = field(default_factory=dict)

    @property
    def has_index(self) -> bool:
        """Whether the course has an index, even if something is wrong with it."""
        return (self.root / index.SOURCE).is_file()

    def chosen(self, names: Iterable[str]) -> tuple[list[Unit], list[Finding]]:
        """The units that ``names`` mean (all when there are none), and the findings of those that cannot be read.

        A name is ``01`` (lesson and lab), ``lab-01``, a folder's name, or its path; ``index`` means no unit.

        Raises: ``BuildFailed`` for a name that means nothing.
        """
        names = list(names)
        folders = [unit.folder for unit in self.units] + list(self.unreadable)
        wanted: set[Path] = set()
        for name in names:
            meant = [folder for folder in folders if _means(name, folder)]
            if not meant and not (name == INDEX and self.has_index):
                known = ", ".join(sorted(_short(folder) for folder in folders))
                raise BuildFailed(f"the course has no unit {name}: choose from {known or 'none yet'}")
            wanted.update(meant)
        units = [unit for unit in self.units if not names or unit.folder in wanted]
        broken = [
            finding for folder, found in self.unreadable.items() if not names or folder in wanted for finding in found
        ]
        return units, broken

    def names(self) -> Counter[str]:
        """How often each unit's short name occurs, also of units that cannot be read."""
        return Counter([unit.name for unit in self.units] + [_short(folder) for folder in self.unreadable])

    def neighbours(self, unit: Unit) -> Neighbours:
        """The units before and after ``unit``; the index stands before all of them."""
        around = [None, *([] if unit in self.units else [unit]), *self.units, None]
        place = around.index(unit)
        return Neighbours(around[place - 1], around[place + 1], self.has_index)


@dataclass(frozen=True)
class Whole:
    """What is made from all units together. index: ``None`` when there is none, or it is not in order. coverage: the text of its page."""

    index: Unit | None
    coverage: str | None
    findings: list[Finding]


def read_course(root: Path) -> Course:
    """Read all units below ``root/course``.

    Raises: ``BuildFailed`` when there is no such folder.
    """
    course = Course(root)
    for kind, folder in unit_folders(root):
        try:
            course.units.append(read_unit(kind, folder, root))
        except Unbuildable as error:
            course.unreadable[folder] = list(error.findings)
    return course


def read_whole(course: Course) -> Whole:
    """Read the interview, the index and the coverage; the last two only when every unit and question can be read."""
    read, findings = interview.read_questions(course.root)
    complete = not course.unreadable and not findings
    questions = tuple(file.question for file in read)
    findings += interview.findings_of(read, course.units)
    if not complete:
        return Whole(None, None, findings)
    reached = coverage.Reached(tuple(course.units), questions)
    laid_out: Unit | None = None
    text: str | None = None
    try:
        if index_file := index.read_index(course.root):
            found = list(index.findings_of(index_file.index, course.units, reached.question_names))
            findings += found
            laid_out = None if found else index_unit(index_file, course.units)
    except Unbuildable as error:
        findings += error.findings
    try:
        if coverage_file := coverage.read_coverage(course.root):
            found = list(coverage.findings_of(coverage_file, reached))
            findings += found
            text = None if found else page(coverage_file.coverage, reached)
        elif (course.root / PAGE).is_file():
            findings.append(Finding(str(PAGE), "no source gives this file", f"remove it, or write {coverage.SOURCE}"))
    except Unbuildable as error:
        findings += error.findings
    return Whole(laid_out, text, findings)


def _means(name: str, folder: Path) -> bool:
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    if parts and parts[-1].endswith((".py", ".yaml")):
        parts.pop()
    by_path = parts[-1:] == [folder.name] and (len(parts) == 1 or parts[-2] == folder.parent.name)
    return by_path or name in (folder.name[:2], _short(folder))


def _short(folder: Path) -> str:
    return f"{folder.parent.name.removesuffix('s')}-{folder.name[:2]}"
