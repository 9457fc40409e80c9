"""``course/index/index.yaml``: the texts and paths of the index, the notebook in which a learner begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from helpers.authoring import translations
from helpers.authoring.companions import read_companion
from helpers.authoring.findings import Finding
from helpers.authoring.source import Unit
from helpers.authoring.texts import Text

SOURCE = "course/index/index.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(_Part):
    """One sitting of a path: the units in their order, and the questions of the interview to answer afterwards."""

    title: Text
    units: Annotated[tuple[Annotated[str, Field(pattern=r"^(lesson|lab)-\d\d$")], ...], Field(min_length=1)]
    questions: tuple[Annotated[str, Field(pattern=r"^[qa]\d\d$")], ...] = ()


class LearningPath(_Part):
    """A way through the course; without stages it takes every unit, in teaching order."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Text
    text: Text
    stages: tuple[Stage, ...] = ()

    def units(self) -> list[str]:
        """The short names of its units, in their order; empty when it takes all."""
        return [name for stage in self.stages for name in stage.units]


class Texts(_Part):
    """What stands above each part of the notebook, headings included."""

    opening: Text
    progress: Text
    units: Text
    picture: Text
    paths: Text


class Index(_Part):
    """The whole file."""

    title: Text
    texts: Texts
    paths: Annotated[tuple[LearningPath, ...], Field(min_length=1)]

    def all_texts(self) -> Iterator[tuple[str, Text]]:
        """Every text with the name of its place."""
        yield "title", self.title
        for name in Texts.model_fields:
            yield name, getattr(self.texts, name)
        for path in self.paths:
            yield path.id, path.title
            yield path.id, path.text
            yield from ((path.id, stage.title) for stage in path.stages)


@dataclass(frozen=True)
class IndexFile:
    """What ``course/index/index.yaml`` holds, and its folder."""

    folder: Path
    index: Index


_INDEX = TypeAdapter(Index)


def read_index(root: Path) -> IndexFile | None:
    """The index of the course below ``root``; ``None`` when it has none.

    Raises: ``Unbuildable`` with a finding for every place that is not valid.
    """
    path = root / SOURCE
    return IndexFile(path.parent, read_companion(path, SOURCE, _INDEX)) if path.is_file() else None


def findings_of(index: Index, units: Sequence[Unit], questions: set[str]) -> Iterator[Finding]:
    """Texts that disagree, paths that lead to nothing, and paths that come to a unit before what it needs.

    questions: the ids of those that the interview has.
    """
    for place, text in index.all_texts():
        for problem in translations.disagreements(text.en, text.pt_br):
            yield Finding(SOURCE, problem, "make both languages agree", place)
    for id, count in Counter(path.id for path in index.paths).items():
        if count > 1:
            yield Finding(SOURCE, f"{count} paths have this id", "give every path an id of its own", id)
    known = {unit.name: unit for unit in units}
    for path in index.paths:
        yield from _path_findings(path, known, questions)


def needs_of(unit: Unit) -> list[str]:
    """The short names of the units that come before ``unit``: ``lesson-01``, ``lab-01``."""
    return [need if need.startswith("lab-") else f"lesson-{need.removeprefix('lesson-')}" for need in unit.header.needs]


def _path_findings(path: LearningPath, known: dict[str, Unit], questions: set[str]) -> Iterator[Finding]:
    order = path.units()
    for name, count in Counter(order).items():
        if name not in known:
            yield Finding(SOURCE, f"{name} is no unit of the course", "name a lesson or lab that exists", path.id)
        if count > 1:
            yield Finding(SOURCE, f"it comes to {name} {count} times", "keep one", path.id)
    for name in order:
        for need in needs_of(known[name]) if name in known else ():
            if need in order and order.index(need) > order.index(name):
                yield Finding(SOURCE, f"{name} comes before {need}, which it needs", f"move {need} up", path.id)
    for stage in path.stages:
        for question in stage.questions:
            if question not in questions:
                yield Finding(
                    SOURCE, f"question {question} is not in course/interview", "name one that is there", path.id
                )
