"""Lay out a unit's notebooks: which cells they have, in which order, with which metadata; nothing is run here."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from helpers.authoring import notebook_files, solutions
from helpers.authoring.interview import shown_in
from helpers.authoring.notebook_files import NotebookNode
from helpers.authoring.source import IGNORE_OUTPUT, SOLUTION_ONLY, SourceCell, Unit
from helpers.languages import LANGUAGES, Language

Document = Literal["lesson", "lab", "solution", "index"]

FOLDERS: dict[Document, str] = {
    "lesson": "notebooks",
    "lab": "labs",
    "solution": "solutions",
    "index": "notebooks",
}
NAVIGATION = "navigation"
GENERATED_IDS = {NAVIGATION}

_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_LANGUAGE_INFO = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}
_LAYOUT_VERSION = 1
_HINT_NAMES: dict[Language, tuple[str, ...]] = {
    "en": ("Hint 1: where to look", "Hint 2: what to use", "Hint 3: nearly the answer"),
    "pt-BR": ("Dica 1: onde olhar", "Dica 2: o que usar", "Dica 3: quase a resposta"),
}
_LESSON_WORDS: dict[Language, tuple[str, str]] = {"en": ("Lesson", "Lab"), "pt-BR": ("Lição", "Lab")}
_OTHER_LANGUAGE: dict[Language, str] = {"en": "Em português", "pt-BR": "In English"}
_INDEX_WORD: dict[Language, str] = {"en": "Index", "pt-BR": "Índice"}
INDEX_FILE = "index.ipynb"


@dataclass(frozen=True)
class Place:
    """One generated notebook: which document of which unit, in which language.

    path: relative to the course's root.
    """

    unit: Unit
    document: Document
    language: Language

    @property
    def path(self) -> PurePosixPath:
        """Where the notebook lies, relative to the course's root."""
        return PurePosixPath(FOLDERS[self.document], self.language, self.unit.file_name)

    @property
    def is_executed(self) -> bool:
        """Whether the notebook is stored with outputs."""
        return self.document != "lab"


class Neighbours(NamedTuple):
    """What a notebook's last cell links to: the units before and after it, and whether there is an index."""

    before: Unit | None = None
    after: Unit | None = None
    has_index: bool = False


ALONE = Neighbours()


def places(unit: Unit) -> list[Place]:
    """All notebooks of a unit: a lesson, or the index, has one per language, a lab two, unsolved and solved; English stands before its sibling."""
    documents: tuple[Document, ...] = ("lab", "solution") if unit.header.kind == "lab" else (unit.header.kind,)
    return [Place(unit, document, language) for document in documents for language in LANGUAGES]


def lay_out(place: Place, neighbours: Neighbours = ALONE) -> NotebookNode:
    """The notebook of a place, without outputs; its last cell links to its ``neighbours``."""
    unit, language = place.unit, place.language
    cells: list[NotebookNode] = []
    hinted: set[str] = set()
    for cell in unit.in_language(language):
        if SOLUTION_ONLY in cell.tags and place.document != "solution":
            continue
        if place.document == "lab" and cell.exercise and cell.exercise not in hinted:
            hinted.add(cell.exercise)
            cells.append(_hints(cell.exercise, unit, language))
        cells.append(
            notebook_files.markdown_cell(cell.id, cell.source) if cell.type == "markdown" else _code(cell, place)
        )
    cells.append(notebook_files.markdown_cell(NAVIGATION, _navigation(place, neighbours)))
    return notebook_files.notebook(
        cells,
        {
            "course": {
                "unit": unit.name,
                "document": place.document,
                "language": language,
                "source": source_hash(place),
            },
            "kernelspec": _KERNELSPEC,
            "language_info": _LANGUAGE_INFO,
        },
    )


def source_hash(place: Place) -> str:
    """The hash of everything in the course's sources that a notebook's outputs depend on.

    These are its code cells with their ids and tags, its language, and the files that its cells show: the quiz of a lesson, the
    checks of a lab, questions of the interview. Prose and hints are left out, so that an edited sentence is rendered without running anything.
    """
    unit = place.unit
    decisive: dict[str, object] = {
        "version": _LAYOUT_VERSION,
        "language": place.language,
        "cells": [[cell.id, cell.source, cell.tags] for cell in unit.cells if cell.type == "code"],
        "beside": _beside(place),
    }
    asked = [id for cell in unit.cells if cell.type == "code" for id in shown_in(cell.source)]
    if asked:
        files = [unit.folder.parents[1] / "interview" / f"{id}.yaml" for id in asked]
        decisive["interview"] = [path.read_text(encoding="utf-8") if path.is_file() else "" for path in files]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def _beside(place: Place) -> str:
    """The text of the file that a notebook's cells show; the index shows the learner's own records, and none."""
    unit = place.unit
    if unit.header.kind == "index":
        return ""
    return (unit.folder / ("quiz.yaml" if unit.header.kind == "lesson" else "checks.py")).read_text(encoding="utf-8")


def exercise_title(unit: Unit, answer: SourceCell) -> str:
    """The title of the exercise that ``answer`` belongs to: the nearest English ``##`` heading above it; ``""`` when there is none."""
    for cell in reversed(unit.cells[: unit.cells.index(answer)]):
        if cell.type == "markdown" and cell.language == "en":
            for line in cell.source.splitlines():
                if line.startswith("##"):
                    return line.lstrip("#").strip().replace("`", "").replace("*", "")
    return ""


def _code(cell: SourceCell, place: Place) -> NotebookNode:
    source = cell.source
    if cell.exercise:
        source = (
            solutions.unsolved(source, exercise_title(place.unit, cell))
            if place.document == "lab"
            else solutions.solved(source)
        )
    tags = list(cell.tags)
    if cell.magic == "writefile" and IGNORE_OUTPUT not in tags:
        tags.append(IGNORE_OUTPUT)
    metadata: dict[str, object] = {"tags": tags} if tags else {}
    if cell.exercise:
        metadata["exercise"] = cell.exercise
    return notebook_files.code_cell(cell.id, source, metadata)


def _hints(exercise: str, unit: Unit, language: Language) -> NotebookNode:
    ladder = unit.hints[exercise].en if language == "en" else unit.hints[exercise].pt_br
    steps = [
        f"<details>\n<summary>{name}</summary>\n\n{hint}\n\n</details>"
        for name, hint in zip(_HINT_NAMES[language], ladder, strict=True)
    ]
    return notebook_files.markdown_cell(f"hints-{exercise.replace('.', '-')}", "\n\n".join(steps))


def shipped(unit: Unit, language: Language) -> Place:
    """The notebook of a unit that a learner opens: a lab's unsolved one."""
    return Place(unit, unit.header.kind, language)


def unit_name(unit: Unit, language: Language) -> str:
    """How a link calls a unit: ``Lesson 01: Handlers``."""
    word = _LESSON_WORDS[language][unit.header.kind == "lab"]
    return f"{word} {unit.header.number}: {unit.header.title.in_language(language)}"


def link(start: PurePosixPath, target: Place) -> str:
    """The way from the folder ``start`` to the notebook of a place."""
    return os.path.relpath(target.path, start).replace(os.sep, "/")


def _navigation(place: Place, neighbours: Neighbours) -> str:
    """The closing line: back, on, the index, and the same notebook in the other language."""
    here, language = place.path.parent, place.language
    links = []
    for unit, shape in ((neighbours.before, "← [{}]({})"), (neighbours.after, "[{}]({}) →")):
        if unit:
            links.append(shape.format(unit_name(unit, language), link(here, shipped(unit, language))))
    if neighbours.has_index and place.document != "index":
        index = os.path.relpath(PurePosixPath(FOLDERS["index"], language, INDEX_FILE), here).replace(os.sep, "/")
        links.append(f"[{_INDEX_WORD[language]}]({index})")
    other: Language = "pt-BR" if place.language == "en" else "en"
    links.append(f"[{_OTHER_LANGUAGE[place.language]}]({link(here, Place(place.unit, place.document, other))})")
    return "---\n\n" + " · ".join(links)
