"""Keep the generated notebooks equal to the sources, running only what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from helpers.authoring import notebook_files, outputs, translations
from helpers.authoring.checking import course_findings, unit_findings
from helpers.authoring.course import INDEX, Course, Whole, read_course, read_whole
from helpers.authoring.coverage_page import PAGE
from helpers.authoring.execute import Executor
from helpers.authoring.findings import Finding, Unbuildable
from helpers.authoring.notebook_files import NotebookNode
from helpers.authoring.notebooks import FOLDERS, INDEX_FILE, Place, lay_out, places, source_hash
from helpers.authoring.source import IGNORE_OUTPUT
from helpers.errors import BuildFailed
from helpers.languages import LANGUAGES

_LEARNERS_OWN = {"work", ".ipynb_checkpoints", "__pycache__"}


def build(
    root: Path, names: Iterable[str] = (), *, run_all: bool = False, say: Callable[[str], None] = print
) -> list[PurePosixPath]:
    """Write the notebooks of the chosen units, and return the paths of the files that changed.

    The index is written when it is named, and, with the page of the coverage, when nothing is.

    run_all: execute every notebook, also those whose code is as it was. say: gets a line for every notebook that is executed or written.

    A notebook is executed when its ``source`` hash or its stored outputs are not what the last build left; otherwise its outputs are
    kept, and only prose and layout are rendered. A unit with findings keeps all its notebooks as they were; the others are built.

    Raises: ``Unbuildable`` with the findings of all units that could not be built.
    """
    names = list(names)
    course = read_course(root)
    units, findings = course.chosen(names)
    changed: list[PurePosixPath] = []
    findings += course_findings(units, course.names())
    whole = _whole(course, names)
    findings += whole.findings
    with Executor(root) as executor:
        for unit in [*units, *([whole.index] if whole.index else [])]:
            defects = unit_findings(unit) if unit is not whole.index else []
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
                if _write(root, place.path, notebook_files.text_of(notebook)):
                    say(f"wrote {place.path}")
                    changed.append(place.path)
    if whole.coverage and not names and _write(root, PAGE, whole.coverage):
        say(f"wrote {PAGE}")
        changed.append(PAGE)
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
    whole = _whole(course, names)
    findings += whole.findings
    findings += [finding for place in places(whole.index) for finding in _stale(course, place)] if whole.index else []
    if not names:
        findings += _stale_coverage(course, whole)
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


def _whole(course: Course, names: list[str]) -> Whole:
    return read_whole(course) if not names or INDEX in names else Whole(None, None, [])


def _stale_coverage(course: Course, whole: Whole) -> list[Finding]:
    if whole.coverage is None or _text_at(course.root / PAGE) == whole.coverage:
        return []
    return [Finding(str(PAGE), "it differs from what the coverage and the lessons give", "run `course build`")]


def _strays(course: Course) -> list[Finding]:
    expected = {place.path for unit in course.units for place in places(unit)}
    expected |= {
        PurePosixPath(folder, language, f"{broken.name}.ipynb")
        for broken in course.unreadable
        for folder in FOLDERS.values()
        for language in LANGUAGES
    }
    if course.has_index:
        expected |= {PurePosixPath(FOLDERS["index"], language, INDEX_FILE) for language in LANGUAGES}
    found = []
    for folder in dict.fromkeys(FOLDERS.values()):
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


def _write(root: Path, relative: PurePosixPath, text: str) -> bool:
    path = root / relative
    if _text_at(path) == text:
        return False
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        problem = f"{relative} could not be written ({error.strerror})"
        raise BuildFailed(
            f"{problem}: make room or give write permission there, then run `course build` again"
        ) from None
    return True


def _text_at(path: Path) -> str | None:
    """The text of a file, whatever line ends a checkout gave it; ``None`` when there is no such file."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
