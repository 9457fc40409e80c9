"""``course/coverage.yaml``: what the post says, and where this course teaches, runs, checks and asks it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from helpers.authoring import translations
from helpers.authoring.companions import read_companion
from helpers.authoring.findings import Finding
from helpers.authoring.interview import InterviewQuestion
from helpers.authoring.source import SourceCell, Unit
from helpers.authoring.texts import Text

SOURCE = "course/coverage.yaml"
ADDED_QUESTIONS = "added-questions"

Column = Literal["cells", "experiment", "checks", "questions"]
COLUMNS: tuple[Column, ...] = ("cells", "experiment", "checks", "questions")

CellName = Annotated[str, Field(pattern=r"^lesson-\d\d/[a-z0-9-]+$")]
CheckName = Annotated[str, Field(pattern=r"^lab-\d\d/\d\d\.\d+$")]
QuestionName = Annotated[str, Field(pattern=r"^[qa]\d\d$")]
Awaited = Annotated[str, Field(pattern=rf"^((lesson|lab)-\d\d|{ADDED_QUESTIONS})$")]
ClaimName = Annotated[str, Field(pattern=r"^\d\d?-\d\d?$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Part):
    """One thing that the post says. claims: what research found doubtful in it, by the names of the ``claims`` below.

    cells: where a lesson takes it up. experiment: the code cell that runs it. checks: exercises of labs. questions: of the interview.
    waits: a column that is still empty → what has to be written first.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    says: Text
    claims: tuple[ClaimName, ...] = ()
    cells: tuple[CellName, ...] = ()
    experiment: CellName | None = None
    checks: tuple[CheckName, ...] = ()
    questions: tuple[QuestionName, ...] = ()
    waits: dict[Column, Awaited] = Field(default_factory=dict)

    def units(self) -> set[str]:
        """The lessons and labs that this entry leads to."""
        named = [*self.cells, *self.checks, *([self.experiment] if self.experiment else [])]
        return {name.partition("/")[0] for name in named}


class Section(_Part):
    """A part of the post with what it says, in its order."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    says: Text
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]


class Claim(_Part):
    """A statement of the series that headers name, such as ``11-2``: the second one of day 11. experiment: the cell that tests it."""

    id: ClaimName
    says: Text
    experiment: CellName | None = None
    waits: Awaited | None = None


class Coverage(_Part):
    """The whole file. waiting: what is not written yet → why."""

    waiting: dict[Awaited, Text] = Field(default_factory=dict)
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    claims: tuple[Claim, ...] = ()

    def entries(self) -> Iterator[Entry]:
        """All entries, in the order of the post."""
        for section in self.sections:
            yield from section.entries


@dataclass(frozen=True)
class Reached:
    """What the course has, by the names that the coverage uses."""

    units: tuple[Unit, ...]
    questions: tuple[InterviewQuestion, ...]

    @cached_property
    def by_name(self) -> dict[str, Unit]:
        """Unit's short name → unit."""
        return {unit.name: unit for unit in self.units}

    @cached_property
    def question_names(self) -> set[str]:
        """The ids of the questions of the interview."""
        return {question.id for question in self.questions}

    def cell(self, name: str) -> SourceCell | None:
        """The cell called ``lesson-05/crash``, or ``None``."""
        unit, _, cell_id = name.partition("/")
        cells = self.by_name[unit].cells if unit in self.by_name else ()
        return next((cell for cell in cells if cell.id == cell_id), None)

    def has_check(self, name: str) -> bool:
        """Whether there is the exercise called ``lab-05/05.2``."""
        unit, _, exercise = name.partition("/")
        return unit in self.by_name and exercise in self.by_name[unit].declared

    def added_questions_of(self, entry: Entry) -> list[str]:
        """The questions beyond the post's own whose evidence lies in a lesson or lab that ``entry`` leads to."""
        return [
            question.id
            for question in self.questions
            if question.id.startswith("a") and entry.units() & {evidence.unit for evidence in question.evidence}
        ]


_COVERAGE = TypeAdapter(Coverage)
_NAMED = re.compile(r"^ *- \{?id: *[\"']?(?P<id>[\w-]+)|^  (?P<waiting>[\w-]+):", re.MULTILINE)


@dataclass(frozen=True)
class CoverageFile:
    """What ``course/coverage.yaml`` holds. lines: id → the line where it stands."""

    coverage: Coverage
    lines: dict[str, int] = field(default_factory=dict)

    def finding(self, problem: str, repair: str, place: str) -> Finding:
        """A finding about the entry ``place``."""
        return Finding(SOURCE, problem, repair, place, self.lines.get(place, 0))


def read_coverage(root: Path) -> CoverageFile | None:
    """The coverage of the course below ``root``; ``None`` when it keeps none.

    Raises: ``Unbuildable`` with a finding for every place that is not valid.
    """
    path = root / SOURCE
    if not path.is_file():
        return None
    coverage = read_companion(path, SOURCE, _COVERAGE)
    text = path.read_text(encoding="utf-8")
    lines: dict[str, int] = {}
    for found in _NAMED.finditer(text):
        start = found.start("id") if found["id"] else found.start("waiting")
        lines.setdefault(found["id"] or found["waiting"], text.count("\n", 0, start) + 1)
    return CoverageFile(coverage, lines)


def findings_of(file: CoverageFile, reached: Reached) -> Iterator[Finding]:
    """All that does not hold: names of nothing, empty columns, waiting for what is there, and what no entry names."""
    coverage = file.coverage
    yield from _name_findings(file)
    for entry in coverage.entries():
        yield from _link_findings(file, entry, reached)
        yield from _column_findings(file, entry, reached)
    for claim in coverage.claims:
        yield from _claim_findings(file, claim, reached)
    yield from _unnamed_findings(file, reached)


def _name_findings(file: CoverageFile) -> Iterator[Finding]:
    coverage = file.coverage
    texts: list[tuple[str, Text]] = list(coverage.waiting.items())
    texts += [(section.id, section.says) for section in coverage.sections]
    texts += [(entry.id, entry.says) for entry in coverage.entries()]
    texts += [(claim.id, claim.says) for claim in coverage.claims]
    for name, text in texts:
        for problem in translations.disagreements(text.en, text.pt_br):
            yield file.finding(problem, "make both languages agree", name)
    for name, count in Counter(name for name, _ in texts).items():
        if count > 1:
            yield file.finding(f"{count} entries have this id", "give every entry an id of its own", name)
    awaited = {name for entry in coverage.entries() for name in entry.waits.values()}
    awaited |= {claim.waits for claim in coverage.claims if claim.waits}
    for name in sorted(coverage.waiting.keys() - awaited):
        yield file.finding("no entry waits for this", "remove it from waiting", name)


def _link_findings(file: CoverageFile, entry: Entry, reached: Reached) -> Iterator[Finding]:
    claims = {claim.id for claim in file.coverage.claims}
    for name in entry.cells:
        if not reached.cell(name):
            yield file.finding(f"its cell {name} is no cell of the course", "name a cell by its id", entry.id)
    if entry.experiment:
        yield from _experiment_findings(file, entry.id, entry.experiment, reached)
    for name in entry.checks:
        if not reached.has_check(name):
            yield file.finding(
                f"its check {name} is no exercise of the course", "name an exercise that checks.py declares", entry.id
            )
    for name in entry.questions:
        if name not in reached.question_names:
            yield file.finding(
                f"its question {name} is not in course/interview", "name a question that is there", entry.id
            )
    for name in entry.claims:
        if name not in claims:
            yield file.finding(f"its claim {name} is not listed under claims", "list it there", entry.id)


def _experiment_findings(file: CoverageFile, place: str, name: str, reached: Reached) -> Iterator[Finding]:
    cell = reached.cell(name)
    if not cell or cell.type != "code":
        yield file.finding(
            f"its experiment {name} is no code cell of the course", "name the cell that runs it by its id", place
        )


def _column_findings(file: CoverageFile, entry: Entry, reached: Reached) -> Iterator[Finding]:
    for column in COLUMNS:
        awaited = entry.waits.get(column)
        if awaited and getattr(entry, column):
            yield file.finding(
                f"it has {column} and still waits for {awaited}", f"remove {column} from its waits", entry.id
            )
        elif awaited:
            yield from _waiting_findings(file, entry.id, column, awaited, reached, reached.added_questions_of(entry))
        elif not getattr(entry, column):
            yield file.finding(
                f"it has no {column} and waits for nothing",
                f"name its {column}, or what has to be written first: waits: {{{column}: lesson-NN}}",
                entry.id,
            )


def _waiting_findings(
    file: CoverageFile, place: str, column: str, awaited: str, reached: Reached, added: list[str]
) -> Iterator[Finding]:
    if awaited not in file.coverage.waiting:
        yield file.finding(
            f"it waits for {awaited}, and nothing says why", f"give {awaited} a reason under waiting", place
        )
    if awaited in reached.by_name:
        yield file.finding(f"it waits for {awaited}, which is there", f"name its {column} in {awaited}", place)
    if awaited == ADDED_QUESTIONS and added:
        yield file.finding(
            f"it waits for a question, and {', '.join(added)} prove themselves where it is taught",
            "name under questions those that ask about it",
            place,
        )


def _claim_findings(file: CoverageFile, claim: Claim, reached: Reached) -> Iterator[Finding]:
    if claim.experiment and claim.waits:
        yield file.finding(f"it has an experiment and still waits for {claim.waits}", "remove its waits", claim.id)
    elif claim.experiment:
        yield from _experiment_findings(file, claim.id, claim.experiment, reached)
    elif claim.waits:
        yield from _waiting_findings(file, claim.id, "experiment", claim.waits, reached, [])
    else:
        yield file.finding(
            "it has no experiment and waits for nothing",
            "name its experiment, or what has to be written first: waits: lesson-NN",
            claim.id,
        )


def _unnamed_findings(file: CoverageFile, reached: Reached) -> Iterator[Finding]:
    """What the course has and the coverage does not lead to."""
    entries: Iterable[Entry] = list(file.coverage.entries())
    claims = {claim.id for claim in file.coverage.claims}
    units = {name for entry in entries for name in entry.units()}
    units |= {claim.experiment.partition("/")[0] for claim in file.coverage.claims if claim.experiment}
    asked = {name for entry in entries for name in entry.questions}
    for unit in reached.units:
        for claim in unit.header.claims:
            if claim not in claims:
                yield unit.finding(
                    f"its header names claim {claim}, which {SOURCE} does not list",
                    "list it there under claims, with the cell that tests it",
                )
        if unit.name not in units:
            yield unit.finding(
                f"no entry of {SOURCE} leads to {unit.name}",
                f"name its {'cells' if unit.header.kind == 'lesson' else 'checks'} where the post says what it is about",
            )
    for question in sorted(reached.question_names - asked):
        yield Finding(
            f"course/interview/{question}.yaml",
            f"no entry of {SOURCE} leads to {question}",
            "name it under questions where the post says, or leaves out, what it asks about",
        )
