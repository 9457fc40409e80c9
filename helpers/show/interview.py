"""``interview("q04")``: a question as it is asked, with answers of 30 seconds, 3 minutes and at a whiteboard, a rubric, and where the proof is.

What one should try to say oneself first is folded away. The same output carries plain text, for a terminal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.cloud.session import language
from helpers.interviews.questions import Question, read_question
from helpers.show import whiteboard
from helpers.show.texts import inline

_WORDS = {
    "en": {
        "try": "Say your answer aloud before you unfold one.",
        "seeks": "What the interviewer is after",
        "thirty_seconds": "30 seconds",
        "three_minutes": "3 minutes",
        "whiteboard": "At the whiteboard",
        "follow_ups": "What comes next",
        "traps": "Traps",
        "rubric": "Rubric: a point for each",
        "evidence": "The proof",
        "lesson": "lesson",
        "lab": "lab",
        "cell": "cell",
    },
    "pt-BR": {
        "try": "Diga a sua resposta em voz alta antes de abrir uma.",
        "seeks": "O que o entrevistador procura",
        "thirty_seconds": "30 segundos",
        "three_minutes": "3 minutos",
        "whiteboard": "No quadro",
        "follow_ups": "O que vem depois",
        "traps": "Armadilhas",
        "rubric": "Critérios: um ponto para cada",
        "evidence": "A prova",
        "lesson": "lição",
        "lab": "lab",
        "cell": "célula",
    },
}


@dataclass(frozen=True)
class Section:
    """One part of a question: its title, and its paragraphs; a list has one paragraph a point. diagram: Mermaid, drawn above them."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    is_list: bool = False
    diagram: str = ""

    def as_lines(self) -> list[str]:
        """The section as plain text, with its title."""
        drawn = whiteboard.as_lines(self.diagram) if self.diagram else []
        return [f"{self.title}:", *(f"  {'- ' if self.is_list else ''}{one}" for one in (*drawn, *self.paragraphs))]

    def as_html(self, widest: float = whiteboard.ON_SCREEN, highest: float = math.inf) -> str:
        """What stands below the title. widest, highest: the room for a picture, in CSS pixels."""
        if self.is_list:
            return "<ul>" + "".join(f"<li>{inline(one)}</li>" for one in self.paragraphs) + "</ul>"
        drawn = ""
        if self.diagram:
            alt = "; ".join(whiteboard.as_lines(self.diagram))
            drawn = f"<p>{whiteboard.as_image(self.diagram, alt, widest, highest)}</p>"
        return drawn + "".join(f"<p>{inline(one)}</p>" for one in self.paragraphs)


class Interview:
    """One question in one language, ready to be shown."""

    def __init__(self, question: Question) -> None:
        self.question = question.question
        self.sections = tuple(sections(question))
        self._try = _words(question.lang)["try"]

    def __repr__(self) -> str:
        return "\n".join([self.question, "", *(line for section in self.sections for line in section.as_lines())])

    def _repr_html_(self) -> str:
        folded = "".join(map(_folded, self.sections))
        return f"<blockquote><p><strong>{inline(self.question)}</strong></p></blockquote><p>{self._try}</p>{folded}"


def interview(question: str) -> Interview:
    """A question of the interview, such as ``interview("q04")``, in this notebook's language; as the last line of a cell it shows itself.

    Raises: ``CourseError`` when there is no such question, or its file cannot be read.
    """
    return Interview(read_question(question, language()))


def sections(question: Question) -> Iterator[Section]:
    """Everything about a question but itself, from what is sought to the proof."""
    words = _words(question.lang)

    def section(name: str, paragraphs: tuple[str, ...], is_list: bool = False, diagram: str = "") -> Section:
        return Section(name, words[name], paragraphs, is_list, diagram)

    yield section("seeks", question.seeks)
    yield section("thirty_seconds", question.thirty_seconds)
    yield section("three_minutes", question.three_minutes)
    yield section("whiteboard", question.whiteboard.words, diagram=question.whiteboard.diagram)
    yield section("follow_ups", tuple(f"{one.question} — {one.answer}" for one in question.follow_ups), is_list=True)
    yield section("traps", question.traps, is_list=True)
    yield section("rubric", question.rubric, is_list=True)
    proofs = []
    for one in question.evidence:
        kind, _, number = one.unit.partition("-")
        proofs.append(f"{words[kind]} {number}, {words['cell']} `{one.cell}`: {one.shows}")
    yield section("evidence", tuple(proofs), is_list=True)


def _words(lang: str) -> dict[str, str]:
    return _WORDS.get(lang, _WORDS["en"])


def _folded(section: Section) -> str:
    return f"<details><summary>{section.title}</summary>{section.as_html()}</details>"
