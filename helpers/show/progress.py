"""``progress()``: what this learner has reached so far, and what comes next, with links to the notebooks."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from helpers.classroom.progress import open_progress
from helpers.classroom.progress.summary import InterviewScore, Summary, summarize
from helpers.cloud.session import language
from helpers.interviews.questions import question_ids
from helpers.paths import COURSE_ROOT, data_folder
from helpers.show.texts import inline, said

_WORDS = {
    "en": {
        "lesson": "Lesson",
        "lab": "Lab",
        "quiz": "quiz: {got} of {most} right",
        "points": "{got} of {most} points",
        "nothing": "Nothing is recorded yet.",
        "next": "Next",
        "practised": "Interview: {seen} of {questions} questions practised, {due} due today",
        "mocks": "Mock interviews: {count}, the best {best:.0%}, the last {last:.0%}",
        "finished": "Every quiz is right, and every lab has all its points.",
    },
    "pt-BR": {
        "lesson": "Lição",
        "lab": "Lab",
        "quiz": "quiz: {got} de {most} certas",
        "points": "{got} de {most} pontos",
        "nothing": "Ainda não há nada registrado.",
        "next": "A seguir",
        "practised": "Entrevista: {seen} de {questions} perguntas praticadas, {due} para hoje",
        "mocks": "Entrevistas simuladas: {count}, a melhor {best:.0%}, a última {last:.0%}",
        "finished": "Todos os quizzes estão certos, e todos os labs têm todos os pontos.",
    },
}


@dataclass(frozen=True)
class Done:
    """How far a lesson or lab is. notebook: its file. got, most: right answers of a quiz, or points of a lab. touched: whether it was begun."""

    kind: str
    number: str
    title: str
    notebook: Path
    got: int
    most: int
    touched: bool

    @property
    def finished(self) -> bool:
        """Whether nothing is missing."""
        return self.got >= self.most


class Standing:
    """A learner's progress in one language, ready to be shown. units: in teaching order. notices: what the learner should be told."""

    def __init__(self, units: list[Done], interview: InterviewScore, lang: str, notices: tuple[str, ...] = ()) -> None:
        self.units = units
        self.interview = interview
        self.notices = notices
        self._words = _WORDS.get(lang, _WORDS["en"])

    @property
    def next(self) -> Done | None:
        """The first lesson or lab, in teaching order, in which something is missing."""
        return next((unit for unit in self.units if not unit.finished), None)

    def touched(self) -> list[Done]:
        """The lessons and labs that were begun."""
        return [unit for unit in self.units if unit.touched]

    def __repr__(self) -> str:
        rows = [f"{'✓' if one.finished else ' '} {self._name(one)}: {self._measured(one)}" for one in self.touched()]
        following = f"{self._words['next']}: {self._name(self.next)}" if self.next else self._words["finished"]
        return "\n".join([*self.notices, *rows, *self._sentences(), following])

    def _repr_html_(self) -> str:
        rows = "".join(map(self._row, self.touched()))
        said = [*self.notices, *self._sentences()]
        following = (
            f"<strong>{self._words['next']}:</strong> {self._linked(self.next)}"
            if self.next
            else self._words["finished"]
        )
        table = f"<table><tbody>{rows}</tbody></table>" if rows else ""
        return f"{table}{''.join(f'<p>{inline(sentence)}</p>' for sentence in said)}<p>{following}</p>"

    def _row(self, one: Done) -> str:
        share = round(100 * one.got / one.most) if one.most else 100
        bar = (
            '<div style="width: 8em; height: 0.7em; border: 1px solid currentColor; border-radius: 3px; opacity: 0.7">'
            f'<div style="width: {share}%; height: 100%; background: currentColor"></div></div>'
        )
        cells = ["✓" if one.finished else "", self._linked(one), bar, self._measured(one)]
        return "<tr>" + "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells) + "</tr>"

    def _linked(self, one: Done) -> str:
        link = os.path.relpath(one.notebook, Path.cwd()).replace(os.sep, "/")
        return f'<a href="{link}">{inline(self._name(one))}</a>'

    def _name(self, one: Done) -> str:
        return f"{self._words[one.kind]} {one.number}: {one.title}"

    def _measured(self, one: Done) -> str:
        return self._words["quiz" if one.kind == "lesson" else "points"].format(got=one.got, most=one.most)

    def _sentences(self) -> list[str]:
        """What there is to say about the interview, or that nothing is there to speak of."""
        sentences = []
        interview = self.interview
        if interview.reviews:
            seen = interview.questions - interview.fresh
            sentences.append(
                self._words["practised"].format(seen=seen, questions=interview.questions, due=interview.due)
            )
        if interview.mocks:
            scores = [mock.score for mock in interview.mocks]
            sentences.append(self._words["mocks"].format(count=len(scores), best=max(scores), last=scores[-1]))
        if not sentences and not self.touched():
            sentences.append(self._words["nothing"])
        return sentences


def progress() -> Standing:
    """This learner's progress, in this notebook's language; as the last line of a cell it shows itself.

    Raises: ``CourseError`` when the progress file belongs to a newer version of the course, or another program holds it.
    """
    lang, now = language(), datetime.now().astimezone()
    with open_progress() as opened:
        summary = summarize(opened, COURSE_ROOT, data_folder() / "verdicts", question_ids(), lang, now)
        notices = tuple(said(notice, lang) for notice in opened.notices)
    return standing(summary, COURSE_ROOT, lang, notices)


def standing(summary: Summary, course_root: Path, lang: str, notices: tuple[str, ...] = ()) -> Standing:
    """What was added up, beside the notebooks of the course in one language."""
    units = []
    for quiz in summary.quizzes:
        notebook = course_root / "notebooks" / lang / f"{quiz.lesson}.ipynb"
        number = quiz.lesson.partition("-")[0]
        touched = quiz.open < quiz.questions
        units.append(Done("lesson", number, _title(notebook), notebook, quiz.now, quiz.questions, touched))
    for lab in summary.labs:
        folder = course_root / "labs" / lang
        notebook = next(iter(sorted(folder.glob(f"{lab.lab}-*.ipynb"))), folder)
        units.append(Done("lab", lab.lab, lab.title, notebook, lab.points, lab.max, lab.tried > 0))
    units.sort(key=lambda one: (one.number, one.kind == "lab"))
    return Standing(units, summary.interview, lang, notices)


def _title(notebook: Path) -> str:
    """The heading that opens a notebook; its file's name where it has none."""
    try:
        first = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"]
    except (OSError, ValueError, LookupError, TypeError):
        return notebook.stem
    return "".join(first).partition("\n")[0].removeprefix("# ").strip() or notebook.stem
