"""The questions of the interview, one file each in ``course/interview``, read in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.errors import CourseError
from helpers.paths import COURSE_ROOT

# What a question is about; a mock interview is spread over these.
TOPICS = (
    "compute",
    "messaging",
    "idempotency",
    "security",
    "api",
    "data",
    "cost",
    "release",
    "monitoring",
    "scaling",
)
_FENCE = "```"
# libyaml's loader reads all questions in a tenth of the time; it is there wherever PyYAML came as a wheel.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class FollowUp:
    """What an interviewer asks next, and a good answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Evidence:
    """The cell whose run proves an answer. unit: such as ``lesson-12``. shows: what to look at in its output."""

    unit: str
    cell: str
    shows: str


@dataclass(frozen=True)
class Whiteboard:
    """What one draws, as Mermaid, and what one says over it, by paragraphs."""

    diagram: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question in one language. Answers are tuples of paragraphs; ``topics`` may be empty."""

    id: str
    lang: str
    question: str
    seeks: tuple[str, ...]
    thirty_seconds: tuple[str, ...]
    three_minutes: tuple[str, ...]
    whiteboard: Whiteboard
    follow_ups: tuple[FollowUp, ...]
    traps: tuple[str, ...]
    rubric: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    topics: tuple[str, ...] = ()


def question_ids(course_root: Path = COURSE_ROOT) -> tuple[str, ...]:
    """The ids of all questions: those of the post, ``q01`` and so on, before the added ones, ``a01`` and so on."""
    found = (path.stem for path in _folder(course_root).glob("*.yaml"))
    return tuple(sorted(found, key=lambda id: (not id.startswith("q"), id)))


def all_questions(lang: str, course_root: Path = COURSE_ROOT) -> tuple[Question, ...]:
    """All questions in one language, in the order of ``question_ids``.

    Raises: ``CourseError`` naming a file that cannot be read.
    """
    return tuple(_read(id, lang, course_root) for id in question_ids(course_root))


def read_question(id: str, lang: str, course_root: Path = COURSE_ROOT) -> Question:
    """One question in one language: ``read_question("q04", "pt-BR")``.

    Raises: ``CourseError`` when there is no such question, or its file cannot be read.
    """
    known = question_ids(course_root)
    if id not in known:
        raise CourseError(f"there is no question {id!r}; these are there: {', '.join(known) or 'none'}")
    return _read(id, lang, course_root)


def _folder(course_root: Path) -> Path:
    return course_root / "course" / "interview"


def _read(id: str, lang: str, course_root: Path) -> Question:
    path = _folder(course_root) / f"{id}.yaml"
    try:
        entry = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
        return _question(id, entry, lang)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(
            f"course/interview/{id}.yaml is no question ({type(error).__name__}: {error}): run `course build --check`"
        ) from error


def _question(id: str, entry: Mapping[str, Any], lang: str) -> Question:
    def line(text: Mapping[str, str]) -> str:
        return " ".join(_said(text, lang).split())

    def lines(texts: Any) -> tuple[str, ...]:
        return tuple(line(text) for text in texts)

    answers = entry["answers"]
    return Question(
        id=id,
        lang=lang,
        question=line(entry["question"]),
        seeks=_paragraphs(_said(entry["seeks"], lang)),
        thirty_seconds=_paragraphs(_said(answers["thirty_seconds"], lang)),
        three_minutes=_paragraphs(_said(answers["three_minutes"], lang)),
        whiteboard=whiteboard(_said(answers["whiteboard"], lang)),
        follow_ups=tuple(FollowUp(line(one["question"]), line(one["answer"])) for one in entry["follow_ups"]),
        traps=lines(entry["traps"]),
        rubric=lines(entry["rubric"]),
        evidence=tuple(Evidence(one["unit"], one["cell"], line(one["shows"])) for one in entry["evidence"]),
        topics=tuple(entry.get("topics", ())),
    )


def whiteboard(text: str) -> Whiteboard:
    """Cut a whiteboard's text into its first Mermaid diagram and the words around it; the diagram is ``""`` when there is none."""
    before, _, rest = text.partition(f"{_FENCE}mermaid")
    diagram, _, after = rest.partition(_FENCE)
    return Whiteboard(diagram.strip("\n"), _paragraphs(f"{before.strip()}\n\n{after.strip()}"))


def _said(text: Mapping[str, str], lang: str) -> str:
    return str(text.get(lang) or text["en"]).strip()


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in text.split("\n\n") if one.strip())
