"""Read a unit of the course: its percent-format script, its header, and the files beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import jupytext
import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from helpers.authoring.companions import Hints, Question, declared_exercises, read_hints, read_quiz
from helpers.authoring.findings import Finding, Unbuildable
from helpers.authoring.texts import Text
from helpers.errors import BuildFailed
from helpers.languages import Language

FolderKind = Literal["lesson", "lab"]
Kind = Literal["lesson", "lab", "index"]
T = TypeVar("T")

FOLDERS: dict[FolderKind, str] = {"lesson": "lessons", "lab": "labs"}
IGNORE_OUTPUT = "nbval-ignore-output"
SOLUTION_ONLY = "solution-only"

# jupytext's own way with magics would also make code of comments such as "# copy the order"; see _live.
_PERCENT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
_HEADER = re.compile(r"\A# ---\n(?P<yaml>(?:#.*\n)*?)# ---(?:\n|\Z)")
_CELL_MARK = re.compile(r"^# %%(?: .*|\[.*)?$", re.MULTILINE)
_KNOWN_METADATA = {"id", "lang", "of", "exercise", "tags"}
_JUPYTEXT_METADATA = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "title"}
_CHECK_CALL = re.compile(r"""^check\(\s*["']([^"']*)["']\s*\)""", re.MULTILINE)


class Header(BaseModel):
    """The ``course:`` block at the top of a script.

    minutes: how long a learner needs. days: the posts of the series. claims: their claims, such as ``11-2``.
    needs: the lessons, or labs (``lab-01``), that come first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Annotated[str, Field(pattern=r"^\d\d$")]
    kind: Kind
    minutes: PositiveInt
    title: Text
    days: tuple[PositiveInt, ...] = ()
    claims: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceCell:
    """One cell of a script, as jupytext reads it.

    language, translates: of a markdown cell; the latter is the hash that its ``of`` carries.
    exercise: of an answer cell. unknown: metadata that the course gives no meaning. line: of its ``# %%`` mark, 0 when unknown.
    """

    type: Literal["markdown", "code", "raw"]
    id: str
    source: str
    language: str = ""
    translates: str = ""
    exercise: str = ""
    tags: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    line: int = 0

    @property
    def checks(self) -> str:
        """The exercise that this cell asks the judge about, or ``""``."""
        found = _CHECK_CALL.search(self.source) if self.type == "code" else None
        return found[1] if found else ""

    @property
    def magic(self) -> str:
        """The cell magic that opens this cell, such as ``writefile``, or ``""``."""
        found = re.match(r"%%(\w+)", self.source) if self.type == "code" else None
        return found[1] if found else ""


@dataclass(frozen=True)
class Unit:
    """A lesson or a lab: what its folder in ``course/`` holds; or the index, whose cells are made from all others.

    folder: its absolute path. shown: the script's path relative to the course's root, as findings name it.
    incomplete: what is wrong with the files beside the script, which are then read as empty.
    """

    header: Header
    folder: Path
    shown: str
    cells: tuple[SourceCell, ...]
    quiz: tuple[Question, ...] = ()
    hints: dict[str, Hints] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    incomplete: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The unit's short name: ``lesson-01``, ``lab-01``, or ``index``."""
        return "index" if self.header.kind == "index" else f"{self.header.kind}-{self.header.number}"

    @property
    def file_name(self) -> str:
        """The name of its notebooks, the same in every folder and language."""
        return f"{self.folder.name}.ipynb"

    @property
    def script(self) -> Path:
        """The file that its author edits."""
        return self.folder / f"{self.header.kind}.py"

    def finding(self, problem: str, repair: str, cell: SourceCell | None = None) -> Finding:
        """A finding about this unit's script, or one of its cells."""
        return Finding(self.shown, problem, repair, cell.id if cell else "", cell.line if cell else 0)

    def in_language(self, language: Language) -> tuple[SourceCell, ...]:
        """The cells of one language: its markdown, and all code."""
        return tuple(cell for cell in self.cells if cell.type == "code" or cell.language == language)


def unit_folders(root: Path) -> list[tuple[FolderKind, Path]]:
    """The folders of all units below ``root/course``, in teaching order: a lesson, then its lab.

    Raises: ``BuildFailed`` when there is no ``course`` folder.
    """
    if not (root / "course").is_dir():
        raise BuildFailed(
            f"{root} has no folder named course: run `course build` where the course's sources lie, or name that place with --root"
        )
    found: list[tuple[FolderKind, Path]] = [
        (kind, folder)
        for kind, plural in FOLDERS.items()
        for folder in (root / "course" / plural).glob("*")
        if folder.is_dir() and not folder.name.startswith((".", "_"))
    ]
    return sorted(found, key=lambda unit: (unit[1].name[:2], unit[0] == "lab", unit[1].name))


def read_unit(kind: FolderKind, folder: Path, root: Path) -> Unit:
    """Read one unit.

    kind: what its parent folder says that it is. root: the course's root, from which findings name files.

    Raises: ``Unbuildable`` with everything that keeps it from being read; what can be read but is wrong is for ``checking``.
    """
    script = folder / f"{kind}.py"
    shown = script.relative_to(root).as_posix()
    problems: list[Finding] = []
    try:
        text = script.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Unbuildable(
            [
                Finding(
                    shown,
                    "this file is missing",
                    f"write it as in docs/authoring.md, or remove the folder {folder.name}",
                )
            ]
        ) from None
    except UnicodeDecodeError:
        raise Unbuildable([Finding(shown, "this file is not UTF-8", "save it as UTF-8")]) from None
    header = _read_header(text, shown, problems)
    if header and (header.kind != kind or not folder.name.startswith(f"{header.number}-")):
        problems.append(
            Finding(
                shown,
                f"its header says {header.kind} {header.number}",
                f"make header and folder name ({FOLDERS[kind]}/{folder.name}) agree",
            )
        )
    if problems or header is None:
        raise Unbuildable(problems)
    beside: list[Finding] = []
    quiz = _beside(folder / "quiz.yaml", root, beside, read_quiz) if kind == "lesson" else None
    hints = _beside(folder / "hints.yaml", root, beside, read_hints) if kind == "lab" else None
    declared = _beside(folder / "checks.py", root, beside, declared_exercises) if kind == "lab" else None
    return Unit(
        header, folder, shown, _read_cells(text), quiz or (), hints or {}, declared or frozenset(), tuple(beside)
    )


def _read_header(text: str, shown: str, problems: list[Finding]) -> Header | None:
    found = _HEADER.match(text)
    repair = "begin the file with the header that docs/authoring.md shows"
    if not found:
        problems.append(Finding(shown, "its header is missing", repair))
        return None
    lines = [line[2:] if line.startswith("# ") else line[1:] for line in found["yaml"].splitlines()]
    try:
        content = yaml.safe_load("\n".join(lines))
    except yaml.YAMLError as error:
        problems.append(Finding(shown, f"its header is no YAML: {getattr(error, 'problem', error)}", repair, line=1))
        return None
    content = content if isinstance(content, dict) else {}
    jupyter = content.get("jupyter")
    course = content.get("course") or (jupyter.get("course") if isinstance(jupyter, dict) else None)
    try:
        return Header.model_validate(course)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            place = ".".join(["course", *map(str, problem["loc"])])
            problems.append(Finding(shown, f"its header is not valid: {problem['msg']}", repair, place, 1))
        return None


def _beside(path: Path, root: Path, problems: list[Finding], read: Callable[[Path, str], T]) -> T | None:
    shown = path.relative_to(root).as_posix()
    if not path.is_file():
        problems.append(Finding(shown, "this file is missing", "write it as in docs/authoring.md"))
        return None
    try:
        return read(path, shown)
    except Unbuildable as error:
        problems.extend(error.findings)
        return None


def _read_cells(text: str) -> tuple[SourceCell, ...]:
    body = _HEADER.sub("", text).lstrip("\n")
    above = text.count("\n") - body.count("\n")
    lines = [above + body.count("\n", 0, mark.start()) + 1 for mark in _CELL_MARK.finditer(body)]
    cells = jupytext.reads(body, fmt=_PERCENT).cells
    if len(lines) != len(cells):
        lines = [0] * len(cells)
    return tuple(_source_cell(cell, line) for cell, line in zip(cells, lines, strict=True))


def _source_cell(cell: dict[str, object], line: int) -> SourceCell:
    metadata = cell["metadata"]
    assert isinstance(metadata, dict)
    tags = metadata.get("tags", [])
    unknown = [name for name in metadata if name not in _KNOWN_METADATA | _JUPYTEXT_METADATA]
    return SourceCell(
        type=cell["cell_type"],  # type: ignore[arg-type]
        id=str(metadata.get("id", "")),
        source=_live(str(cell["source"]).strip("\n"))
        if cell["cell_type"] == "code"
        else str(cell["source"]).strip("\n"),
        language=str(metadata.get("lang", "")),
        translates=str(metadata.get("of", "")),
        exercise=str(metadata.get("exercise", "")),
        tags=tuple(tags) if isinstance(tags, list) else (str(tags),),
        unknown=tuple(sorted(unknown)),
        line=line,
    )


def _live(source: str) -> str:
    """A code cell as IPython runs it: a commented cell magic in its first line, or line magics and shell lines, come alive."""
    first, newline, body = source.partition("\n")
    if re.match(r"(?:# ?)?%%\w", first):
        return first.removeprefix("#").lstrip() + newline + body
    return re.sub(r"^# ([%!][A-Za-z])", r"\1", source, flags=re.MULTILINE)
