"""Keep the generated notebooks equal to the sources, running only what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from helpers.authoring import notebook_files, outputs, translations
from helpers.authoring.checking import course_findings, unit_findings
from helpers.authoring.execute import Executor
from helpers.authoring.findings import Finding, Unbuildable
from helpers.authoring.notebook_files import NotebookNode
from helpers.authoring.notebooks import FOLDERS, Place, lay_out, places, source_hash
from helpers.authoring.source import IGNORE_OUTPUT, Unit, read_unit, unit_folders
from helpers.errors import BuildFailed

_LEARNERS_OWN = {"work", ".ipynb_checkpoints", "__pycache__"}


@dataclass
class Course:
    """The sources below one root: the units that could be read, in teaching order, and what is wrong with the others.

    root: the folder that holds ``course``.
    """

    root: Path
    units: list[Unit] = field(default_factory=list)
    unreadable: dict[Path, list[Finding]] = field(default_factory=dict)

    def chosen(self, names: Iterable[str]) -> tuple[list[Unit], list[Finding]]:
        """The units that ``names`` mean (all when there are none), and the findings of those that cannot be read.

        A name is ``01`` (lesson and lab), ``lab-01``, a folder's name, or its path.

        Raises: ``BuildFailed`` for a name that means nothing.
        """
        names = list(names)
        folders = [unit.folder for unit in self.units] + list(self.unreadable)
        wanted: set[Path] = set()
        for name in names:
            meant = [folder for folder in folders if _means(name, folder)]
            if not meant:
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

    def neighbours(self, unit: Unit) -> tuple[Unit | None, Unit | None]:
        """The units before and after ``unit``."""
        index = self.units.index(unit)
        return (self.units[index - 1] if index else None), (
            self.units[index + 1] if index + 1 < len(self.units) else None
        )


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


def build(
    root: Path, names: Iterable[str] = (), *, run_all: bool = False, say: Callable[[str], None] = print
) -> list[PurePosixPath]:
    """Write the notebooks of the chosen units, and return the paths of those whose files changed.

    run_all: execute every notebook, also those whose code is as it was. say: gets a line for every notebook that is executed or written.

    A notebook is executed when its ``source`` hash or its stored outputs are not what the last build left; otherwise its outputs are
    kept, and only prose and layout are rendered. A unit with findings keeps all its notebooks as they were; the others are built.

    Raises: ``Unbuildable`` with the findings of all units that could not be built.
    """
    course = read_course(root)
    units, findings = course.chosen(names)
    changed: list[PurePosixPath] = []
    findings += course_findings(units, course.names())
    with Executor(root) as executor:
        for unit in units:
            defects = unit_findings(unit)
            findings += defects
            if defects:
                continue
            try:
                made = [(place, _made(course, place, executor, run_all, say)) for place in places(unit)]
                _refuse_changing_pictures(made)
            except Unbuildable as error:
                findings += error.findings
                continue
            for place, notebook in made:
                if _write(root, place, notebook):
                    say(f"wrote {place.path}")
                    changed.append(place.path)
    if findings:
        raise Unbuildable(findings)
    return changed


def check(root: Path, names: Iterable[str] = ()) -> list[Finding]:
    """All defects of the chosen units' sources and generated files; nothing is run and nothing written."""
    names = list(names)
    course = read_course(root)
    units, findings = course.chosen(names)
    findings += course_findings(units, course.names())
    for unit in units:
        defects = unit_findings(unit)
        findings += defects or [finding for place in places(unit) for finding in _stale(course, place)]
    if not names:
        findings += _strays(course)
    return findings


def stamp(root: Path, names: Iterable[str] = ()) -> dict[str, list[str]]:
    """Declare the translations of the chosen units up to date: script → ids of the pt-BR cells that got another hash."""
    units, broken = read_course(root).chosen(names)
    stamped = {unit.shown: translations.stamp(unit) for unit in units}
    if broken:
        raise Unbuildable(broken)
    return {shown: ids for shown, ids in stamped.items() if ids}


def _made(course: Course, place: Place, executor: Executor, run_all: bool, say: Callable[[str], None]) -> NotebookNode:
    notebook = lay_out(place, course.neighbours(place.unit))
    if not place.is_executed:
        return notebook
    stored = notebook_files.read(course.root / place.path)
    trusted = stored is not None and _is_current(stored, place)
    if stored is not None and trusted and not run_all:
        _take_outputs(notebook, stored)
    else:
        say(f"running {place.path}")
        executor.run(notebook, place)
        if stored is not None and trusted:
            outputs.keep_varying(notebook, stored)
    notebook.metadata.course.outputs = outputs.outputs_hash(notebook)
    return notebook


def _refuse_changing_pictures(made: list[tuple[Place, NotebookNode]]) -> None:
    """The two languages of a notebook run the same code: pictures of theirs that differ would differ in every build."""
    found = []
    for (place, english), (_, portuguese) in zip(made[::2], made[1::2], strict=True):
        for cell in outputs.pictures_that_differ(english, portuguese):
            source = next(source for source in place.unit.cells if source.id == cell)
            problem = "two runs of this cell draw two pictures"
            repair = f"draw only what is the same in every run, or tag the cell {IGNORE_OUTPUT}"
            found.append(place.unit.finding(problem, repair, source))
    if found:
        raise Unbuildable(found)


def _stale(course: Course, place: Place) -> list[Finding]:
    repair = f"run `course build {place.unit.name}`"
    shown = str(place.path)
    if not (course.root / place.path).is_file():
        return [Finding(shown, "this notebook was never built", repair)]
    stored = notebook_files.read(course.root / place.path)
    if stored is None:
        return [Finding(shown, "this is no notebook", repair)]
    notebook = lay_out(place, course.neighbours(place.unit))
    if place.is_executed:
        if stored.metadata.get("course", {}).get("source") != source_hash(place):
            return [Finding(shown, f"the code of {place.unit.shown} changed since this notebook was executed", repair)]
        if not _is_current(stored, place):
            return [Finding(shown, "its outputs are not those that the build stored", repair)]
        _take_outputs(notebook, stored)
        notebook.metadata.course.outputs = outputs.outputs_hash(notebook)
    if _text_at(course.root / place.path) != notebook_files.text_of(notebook):
        return [
            Finding(
                shown, f"it differs from what {place.unit.shown} gives", repair, _first_difference(notebook, stored)
            )
        ]
    return []


def _strays(course: Course) -> list[Finding]:
    expected = {place.path for unit in course.units for place in places(unit)}
    expected |= {
        PurePosixPath(folder, language, f"{broken.name}.ipynb")
        for broken in course.unreadable
        for folder in FOLDERS.values()
        for language in ("en", "pt-BR")
    }
    found = []
    for folder in FOLDERS.values():
        for path in sorted((course.root / folder).rglob("*")):
            relative = PurePosixPath(path.relative_to(course.root).as_posix())
            if path.is_file() and relative not in expected and not _LEARNERS_OWN & set(relative.parts):
                found.append(
                    Finding(
                        str(relative), "no source gives this file", "remove it, or move it out of the generated folders"
                    )
                )
    return found


def _is_current(stored: NotebookNode, place: Place) -> bool:
    """Whether the outputs of a stored notebook are those of the present code, as the build left them."""
    mark = stored.metadata.get("course", {})
    return bool(mark.get("source") == source_hash(place) and mark.get("outputs") == outputs.outputs_hash(stored))


def _take_outputs(notebook: NotebookNode, stored: NotebookNode) -> None:
    ran = {cell.id: cell for cell in stored.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.id in ran:
            cell.outputs, cell.execution_count = ran[cell.id].outputs, ran[cell.id].execution_count


def _first_difference(expected: NotebookNode, stored: NotebookNode) -> str:
    for ours, theirs in zip(expected.cells, stored.cells, strict=False):
        if ours != theirs:
            return str(ours.id)
    return ""


def _write(root: Path, place: Place, notebook: NotebookNode) -> bool:
    path = root / place.path
    text = notebook_files.text_of(notebook)
    if _text_at(path) == text:
        return False
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        problem = f"{place.path} could not be written ({error.strerror})"
        raise BuildFailed(
            f"{problem}: make room or give write permission there, then run `course build` again"
        ) from None
    return True


def _text_at(path: Path) -> str | None:
    """The text of a file, whatever line ends a checkout gave it; ``None`` when there is no such file."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def _means(name: str, folder: Path) -> bool:
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    if parts and parts[-1].endswith((".py", ".yaml")):
        parts.pop()
    by_path = parts[-1:] == [folder.name] and (len(parts) == 1 or parts[-2] == folder.parent.name)
    return by_path or name in (folder.name[:2], _short(folder))


def _short(folder: Path) -> str:
    return f"{folder.parent.name.removesuffix('s')}-{folder.name[:2]}"
