"""The questions of an interview, one file each in ``course/interview``: what is asked, answered, graded, and proved by which cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from helpers.authoring import translations
from helpers.authoring.companions import read_companion
from helpers.authoring.findings import Finding, Unbuildable
from helpers.authoring.source import Unit
from helpers.authoring.texts import Text
from helpers.errors import CourseError
from helpers.interviews.questions import TOPICS, whiteboard
from helpers.show.mermaid import parse

MOST_WORDS = {"thirty_seconds": 85, "three_minutes": 480}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FollowUp(_Part):
    """What an interviewer asks next, and a good answer."""

    question: Text
    answer: Text


class Answers(_Part):
    """The same answer at three lengths; the whiteboard is a Mermaid diagram with what is said over it."""

    thirty_seconds: Text
    three_minutes: Text
    whiteboard: Text

    @field_validator("thirty_seconds", "three_minutes")
    @classmethod
    def _sayable(cls, text: Text, info: object) -> Text:
        most = MOST_WORDS[str(getattr(info, "field_name", ""))]
        for language, said in (("en", text.en), ("pt-BR", text.pt_br)):
            if len(said.split()) > most:
                raise ValueError(
                    f"the {language} text has {len(said.split())} words: nobody says more than {most} in it"
                )
        return text

    @field_validator("whiteboard")
    @classmethod
    def _drawn(cls, text: Text) -> Text:
        if not all("```mermaid" in said for said in (text.en, text.pt_br)):
            raise ValueError("a whiteboard needs a ```mermaid diagram in both languages")
        for said in (text.en, text.pt_br):
            try:
                parse(whiteboard(said).diagram)
            except CourseError as error:
                raise ValueError(str(error)) from None
        return text


class Evidence(_Part):
    """The cell whose run proves an answer. unit: such as ``lesson-12``. shows: what to look at in its output."""

    unit: Annotated[str, Field(pattern=r"^(lesson|lab)-\d\d$")]
    cell: str
    shows: Text


class InterviewQuestion(_Part):
    """One question. id: ``q01`` to ``q10`` are the post's own, ``a01`` and so on are added. seeks: what the interviewer is after."""

    id: Annotated[str, Field(pattern=r"^[qa]\d\d$")]
    question: Text
    seeks: Text
    answers: Answers
    follow_ups: Annotated[tuple[FollowUp, ...], Field(min_length=1)]
    traps: Annotated[tuple[Text, ...], Field(min_length=1)]
    rubric: Annotated[tuple[Text, ...], Field(min_length=4, max_length=6)]
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    topics: tuple[str, ...] = ()

    @field_validator("topics")
    @classmethod
    def _known(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(topics) - set(TOPICS)):
            raise ValueError(f"{', '.join(unknown)} is no topic; choose from {', '.join(TOPICS)}")
        return topics

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text with the name of its place."""
        yield "question", self.question
        yield "seeks", self.seeks
        yield "thirty_seconds", self.answers.thirty_seconds
        yield "three_minutes", self.answers.three_minutes
        yield "whiteboard", self.answers.whiteboard
        for number, follow_up in enumerate(self.follow_ups, 1):
            yield f"follow-up {number}", follow_up.question
            yield f"answer to follow-up {number}", follow_up.answer
        for name, texts in (("trap", self.traps), ("rubric point", self.rubric)):
            yield from ((f"{name} {number}", text) for number, text in enumerate(texts, 1))
        yield from ((f"evidence {number}", one.shows) for number, one in enumerate(self.evidence, 1))


_QUESTION = TypeAdapter(InterviewQuestion)
_SHOWN = re.compile(r"""\binterview\(\s*["']([qa]\d\d)["']""")


@dataclass(frozen=True)
class QuestionFile:
    """One question and the path that findings name."""

    shown: str
    question: InterviewQuestion


def read_questions(root: Path) -> tuple[list[QuestionFile], list[Finding]]:
    """All questions below ``root/course/interview``, in the order of their ids, and what is wrong with the unreadable ones."""
    read: list[QuestionFile] = []
    findings: list[Finding] = []
    for path in sorted((root / "course" / "interview").glob("*.yaml")):
        shown = path.relative_to(root).as_posix()
        try:
            question = read_companion(path, shown, _QUESTION)
        except Unbuildable as error:
            findings += error.findings
            continue
        if path.stem != question.id:
            findings.append(Finding(shown, f"it holds question {question.id}", f"name the file {question.id}.yaml"))
        read.append(QuestionFile(shown, question))
    return read, findings


def findings_of(questions: Iterable[QuestionFile], units: Iterable[Unit]) -> Iterator[Finding]:
    """Translations that disagree, and evidence that names no code cell of a unit."""
    cells = {unit.name: {cell.id for cell in unit.cells if cell.type == "code"} for unit in units}
    for file in questions:
        for place, text in file.question.texts():
            for problem in translations.disagreements(text.en, text.pt_br):
                yield Finding(file.shown, problem, "make both languages agree", place)
        for evidence in file.question.evidence:
            if evidence.cell not in cells.get(evidence.unit, set()):
                yield Finding(
                    file.shown,
                    f"its evidence is cell {evidence.cell} of {evidence.unit}, which is no code cell of the course",
                    "name a cell by its id",
                    "evidence",
                )


def shown_in(source: str) -> list[str]:
    """The ids of the questions that a code cell shows by ``interview("q04")``."""
    return _SHOWN.findall(source)
