"""Everything that can be wrong with the sources of a unit, found without running anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from helpers.authoring import solutions, translations
from helpers.authoring.findings import Finding
from helpers.authoring.notebooks import GENERATED_IDS, exercise_title
from helpers.authoring.source import SourceCell, Unit
from helpers.authoring.texts import Text
from helpers.languages import LANGUAGES

MOST_LINES = 15
SHORT_LINES = 7
MOST_LONG_CELLS = 0.25

_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")


def unit_findings(unit: Unit) -> list[Finding]:
    """All defects of one unit's sources, in the order of its file."""
    found = [
        *unit.incomplete,
        *_cell_findings(unit),
        *_title_findings(unit),
        *translations.pair_findings(unit),
        *_length_findings(unit),
        *(_lab_findings(unit) if unit.header.kind == "lab" else _lesson_findings(unit)),
        *_companion_findings(unit),
    ]
    return sorted(found, key=lambda finding: (finding.path != unit.shown, finding.line))


def course_findings(chosen: Iterable[Unit], names: Counter[str]) -> Iterator[Finding]:
    """Defects of the chosen units that show only beside all others: a name used twice, a prerequisite that is none.

    names: how often each unit's name occurs in the course.
    """
    for unit in chosen:
        if names[unit.name] > 1:
            yield unit.finding(
                f"there are {names[unit.name]} units named {unit.name}", "give one of them another number"
            )
        for need in unit.header.needs:
            if need not in names and f"lesson-{need}" not in names:
                yield unit.finding(
                    f"it needs {need}, which is no unit of the course",
                    "name a lesson (01) or a lab (lab-01) that exists",
                )


def _cell_findings(unit: Unit) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for number, cell in enumerate(unit.cells, 1):
        if not cell.id:
            yield unit.finding(f"cell {number} has no id", 'give it one: # %% id="a-word-for-what-it-does"', cell)
        elif not _ID.match(cell.id):
            yield unit.finding(
                "its id is not made of small letters, digits and hyphens", "write it like send-five-orders", cell
            )
        elif cell.id in GENERATED_IDS or cell.id.startswith("hints-"):
            yield unit.finding("this id belongs to a cell that the build writes", "choose another id", cell)
        elif _taken(cell, seen):
            yield unit.finding(
                "another cell has the same id", "give every cell, or pair of translations, an id of its own", cell
            )
        seen.add((cell.id, cell.language))
        if cell.type == "raw":
            yield unit.finding("raw cells have no place in a notebook", "make it # %% [markdown]", cell)
        elif cell.type == "markdown" and cell.language not in LANGUAGES:
            yield unit.finding("this markdown cell does not say its language", 'add lang="en" or lang="pt-BR"', cell)
        elif cell.type == "code" and cell.language:
            yield unit.finding("code exists once, for both languages", "remove lang from this cell", cell)
        if not cell.source.strip():
            yield unit.finding("this cell is empty", "write it, or remove it", cell)
        if cell.unknown:
            yield unit.finding(
                f"{', '.join(cell.unknown)} means nothing here", "use id, lang, of, exercise and tags", cell
            )
        if cell.magic and not _body_is_live(cell):
            yield unit.finding(
                "the body of this magic cell is commented out",
                "comment out only its first line, and write the lines below as plain Python",
                cell,
            )


def _taken(cell: SourceCell, seen: set[tuple[str, str]]) -> bool:
    """Whether an earlier cell has this id; the two languages of one text may share it."""
    languages = {language for identity, language in seen if identity == cell.id}
    return bool(languages) and (not cell.language or cell.language in languages or "" in languages)


def _body_is_live(cell: SourceCell) -> bool:
    body = [line for line in cell.source.splitlines()[1:] if line.strip()]
    return not body or not all(line.startswith("#") for line in body)


def _title_findings(unit: Unit) -> Iterator[Finding]:
    for language in LANGUAGES:
        first = next((cell for cell in unit.cells if cell.type == "markdown" and cell.language == language), None)
        title = unit.header.title.in_language(language)
        heading = first.source.partition("\n")[0] if first else ""
        if not heading.startswith("# ") or title not in heading:
            yield unit.finding(
                f"the {language} text does not open with the title of the header",
                f"let its first line be: # {title}",
                first,
            )
    for problem in translations.disagreements(unit.header.title.en, unit.header.title.pt_br):
        yield unit.finding(f"in the titles, {problem}", "make both languages agree")


def _length_findings(unit: Unit) -> Iterator[Finding]:
    """Cells that are too long: the limit counts all lines that a reader sees, a short cell may have blank lines besides."""
    lines_of_code: list[int] = []
    for cell in unit.cells:
        if cell.type != "code":
            continue
        try:
            shown = solutions.solved(cell.source).splitlines()[bool(cell.magic) :]
        except solutions.RegionError:
            continue
        lines_of_code.append(sum(bool(line.strip()) for line in shown))
        if len(shown) > MOST_LINES:
            yield unit.finding(
                f"this code cell has {len(shown)} lines", f"split it, so that none has more than {MOST_LINES}", cell
            )
    long = sum(count > SHORT_LINES for count in lines_of_code)
    if unit.header.kind == "lesson" and long > MOST_LONG_CELLS * len(lines_of_code):
        yield unit.finding(
            f"{long} of {len(lines_of_code)} code cells have more than {SHORT_LINES} lines of code",
            "shorten or split cells, so that at most one in four is longer",
        )


def _lesson_findings(unit: Unit) -> Iterator[Finding]:
    call = f'quiz("{unit.header.number}")'
    if not any(call in cell.source for cell in unit.cells if cell.type == "code"):
        yield unit.finding("its quiz is never shown", f"add a code cell near the end: {call}")
    for cell in unit.cells:
        if cell.exercise or cell.checks or (cell.type == "code" and solutions.has_region(cell.source)):
            yield unit.finding("answers and checks belong in labs", "move this cell to a lab", cell)


def _lab_findings(unit: Unit) -> Iterator[Finding]:
    answers: dict[str, int] = {}
    checks: dict[str, int] = {}
    for index, cell in enumerate(unit.cells):
        if cell.exercise:
            answers[cell.exercise] = index
            yield from _answer_findings(unit, cell)
        elif cell.type == "code" and solutions.has_region(cell.source):
            yield unit.finding(
                "this solution region belongs to no exercise",
                f'say which: # %% id="{cell.id}" exercise="{unit.header.number}.1"',
                cell,
            )
        if cell.checks in checks and cell.checks:
            yield unit.finding(f"exercise {cell.checks} has two check cells", "keep one", cell)
        elif cell.checks:
            checks[cell.checks] = index
    for exercise, index in answers.items():
        cell = unit.cells[index]
        if checks.get(exercise, -1) < index:
            yield unit.finding(
                f"exercise {exercise} has no check below its answer", f'add a code cell: check("{exercise}")', cell
            )
        if exercise not in unit.declared and not _broken(unit, "checks.py"):
            yield unit.finding(
                f"checks.py does not know exercise {exercise}",
                f'declare it there: lab.exercise("{exercise}", title=…)',
                cell,
            )
        if exercise not in unit.hints and not _broken(unit, "hints.yaml"):
            yield unit.finding(
                f"hints.yaml has no ladder for exercise {exercise}", "write three hints in each language", cell
            )
    for exercise in checks.keys() - answers.keys():
        yield unit.finding(
            f"nothing answers exercise {exercise}",
            f'add a code cell above it: # %% id="answer-…" exercise="{exercise}"',
            unit.cells[checks[exercise]],
        )
    for exercise in sorted(unit.hints.keys() - answers.keys()):
        yield _beside(
            unit,
            "hints.yaml",
            f"there is no exercise {exercise} in the lab",
            "remove its hints, or correct the number",
            exercise,
        )
    for exercise in sorted(unit.declared - answers.keys()):
        yield _beside(
            unit,
            "checks.py",
            f"there is no exercise {exercise} in the lab",
            "remove it, or correct the number",
            exercise,
        )


def _answer_findings(unit: Unit, cell: SourceCell) -> Iterator[Finding]:
    if cell.type != "code":
        yield unit.finding("only code cells answer an exercise", "remove exercise from this cell", cell)
        return
    if not re.fullmatch(rf"{unit.header.number}\.[1-9]\d?", cell.exercise):
        yield unit.finding(
            f"{cell.exercise} is no exercise of lab {unit.header.number}",
            f"number it {unit.header.number}.1, {unit.header.number}.2, …",
            cell,
        )
    title = exercise_title(unit, cell)
    if not title:
        yield unit.finding(
            "no heading above this answer names its task", "begin the task's markdown with a ## heading", cell
        )
    for problem, repair in solutions.defects(cell.source, title):
        yield unit.finding(problem, repair, cell)


def _companion_findings(unit: Unit) -> Iterator[Finding]:
    texts: list[tuple[str, str, Text | tuple[str, str]]] = []
    for question in unit.quiz:
        texts.append(("quiz.yaml", question.id, question.question))
        for number, choice in enumerate(question.choices, 1):
            texts += [
                ("quiz.yaml", f"{question.id}, choice {number}", choice.text),
                ("quiz.yaml", f"{question.id}, why of choice {number}", choice.why),
            ]
    for exercise, hints in unit.hints.items():
        texts += [
            ("hints.yaml", f"{exercise}, hint {step}", pair)
            for step, pair in enumerate(zip(hints.en, hints.pt_br, strict=True), 1)
        ]
    for name, place, text in texts:
        english, portuguese = (text.en, text.pt_br) if isinstance(text, Text) else text
        for problem in translations.disagreements(english, portuguese):
            yield _beside(unit, name, problem, "make both languages agree", place)


def _broken(unit: Unit, name: str) -> bool:
    return any(finding.path.endswith(f"/{name}") for finding in unit.incomplete)


def _beside(unit: Unit, name: str, problem: str, repair: str, place: str) -> Finding:
    folder = unit.shown.rpartition("/")[0]
    return Finding(f"{folder}/{name}", problem, repair, place)
