"""``docs/coverage.md``: the coverage as tables, with links to the headings of both languages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from helpers.authoring.coverage import ADDED_QUESTIONS, COLUMNS, SOURCE, Claim, Column, Coverage, Entry, Reached
from helpers.authoring.headings import anchor, heading_above
from helpers.authoring.notebooks import link, shipped
from helpers.authoring.source import SourceCell, Unit
from helpers.authoring.tables import table
from helpers.authoring.texts import Text
from helpers.languages import LANGUAGES

PAGE = PurePosixPath("docs/coverage.md")

_NAMES: dict[Column, str] = {
    "cells": "Lesson",
    "experiment": "Experiment",
    "checks": "Lab check",
    "questions": "Question",
}


def page(coverage: Coverage, reached: Reached) -> str:
    """The text of the page. The coverage must be without findings."""
    parts = [
        "# What the post says, and where this course runs it",
        f"`course build` writes this page from [`{SOURCE}`](../{SOURCE}), and `course build --check` fails when the two differ, when a link "
        "leads nowhere, or when something is left empty.",
        "The course follows day 22 of the series *AWS em 30 dias* (2024) by Edilson Freitas. What it says is told here in our words, in English and "
        "*in Portuguese*. A link leads to a heading of the English notebook, and *pt* to the same one in Portuguese; under *Experiment* stands the id of the cell.",
        _counts(coverage),
        _waiting(coverage),
        "## The post, from top to bottom",
    ]
    for section in coverage.sections:
        parts.append(f"### {section.says.en} · *{section.says.pt_br}*")
        head = ["The post says", *(_NAMES[column] for column in COLUMNS), "Claims"]
        parts.append(table(head, (_row(entry, reached) for entry in section.entries)))
    parts += [
        "## Claims of the series",
        "Sentences that do not hold, or not quite. `11-2` is the second one that we took from day 11; the headers of lessons and labs name them.",
        table(
            ["Claim", "The series says", "Experiment", "Named by"],
            (_claim_row(claim, reached) for claim in coverage.claims),
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _counts(coverage: Coverage) -> str:
    entries = list(coverage.entries())
    words = {"cells": "taught in a lesson", "experiment": "run", "checks": "checked in a lab", "questions": "asked"}
    counted = [f"{sum(bool(getattr(one, column)) for one in entries)} are {words[column]}" for column in COLUMNS]
    tested = sum(bool(claim.experiment) for claim in coverage.claims)
    return (
        f"Of {len(entries)} things that the post says or leaves out, {', '.join(counted[:-1])} and {counted[-1]} in the interview. "
        f"Of {len(coverage.claims)} claims, {tested} are put to the test."
    )


def _waiting(coverage: Coverage) -> str:
    if not coverage.waiting:
        return ""
    rows = ([f"⏳ {name}", _both(why)] for name, why in coverage.waiting.items())
    return "## What waits\n\n" + table(["Waiting for", "Why"], rows)


def _row(entry: Entry, reached: Reached) -> list[str]:
    cells = {
        "cells": _lessons(entry.cells, reached),
        "experiment": _experiment(entry.experiment, reached),
        "checks": "<br>".join(_check(name, reached) for name in entry.checks),
        "questions": "<br>".join(f"[{name}](../course/interview/{name}.yaml)" for name in entry.questions),
    }
    filled = [cells[column] or _awaited(entry.waits.get(column)) for column in COLUMNS]
    return [f'<a id="{entry.id}"></a>{_both(entry.says)}', *filled, ", ".join(map(_claim_link, entry.claims)) or "—"]


def _claim_row(claim: Claim, reached: Reached) -> list[str]:
    named = [unit for unit in reached.units if claim.id in unit.header.claims]
    return [
        f'<a id="claim-{claim.id}"></a>{claim.id}',
        _both(claim.says),
        _experiment(claim.experiment, reached) or _awaited(claim.waits),
        ", ".join(_links(f"{unit.header.kind} {unit.header.number}", unit, None) for unit in named)
        or _awaited(claim.waits),
    ]


def _lessons(names: Iterable[str], reached: Reached) -> str:
    """One link for each heading, however many of its cells are named."""
    links = []
    for name in names:
        unit, cell = _found(name, reached)
        heading = heading_above(unit, cell, "en")
        links.append(_links(f"{unit.header.number} {heading}", unit, cell))
    return "<br>".join(dict.fromkeys(links))


def _experiment(name: str | None, reached: Reached) -> str:
    if not name:
        return ""
    unit, cell = _found(name, reached)
    return _links(f"{unit.header.number} `{cell.id}`", unit, cell)


def _check(name: str, reached: Reached) -> str:
    """A link to the task of an exercise: the heading above its first answer."""
    unit_name, _, exercise = name.partition("/")
    unit = reached.by_name[unit_name]
    answer = next((cell for cell in unit.cells if cell.exercise == exercise), None)
    return _links(exercise, unit, answer)


def _found(name: str, reached: Reached) -> tuple[Unit, SourceCell]:
    cell = reached.cell(name)
    assert cell, f"{name} is a finding"
    return reached.by_name[name.partition("/")[0]], cell


def _links(text: str, unit: Unit, cell: SourceCell | None) -> str:
    """The English link with its text, and beside it the Portuguese one; without a cell to the top of the notebook."""
    targets = [
        link(PAGE.parent, shipped(unit, language)) + (anchor(heading_above(unit, cell, language)) if cell else "")
        for language in LANGUAGES
    ]
    return f"[{_cell_text(text)}]({targets[0]}) · [pt]({targets[1]})"


def _awaited(name: str | None) -> str:
    return f"⏳ {'a question of our own' if name == ADDED_QUESTIONS else name}" if name else ""


def _claim_link(name: str) -> str:
    return f"[{name}](#claim-{name})"


def _both(text: Text) -> str:
    return f"{_cell_text(text.en)}<br>*{_cell_text(text.pt_br)}*"


def _cell_text(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
