"""``course progress``."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from helpers.classroom.texts import Text, in_language
from helpers.languages import Language, language_option

if TYPE_CHECKING:
    from rich.console import Console

    from helpers.classroom.progress.store import MockResult, Progress
    from helpers.classroom.progress.summary import InterviewScore, Summary

_WORDS: dict[str, Text] = {
    "quizzes": {"en": "Quizzes", "pt-BR": "Quizzes"},
    "lesson": {"en": "lesson", "pt-BR": "lição"},
    "questions": {"en": "questions", "pt-BR": "perguntas"},
    "first": {"en": "right at first", "pt-BR": "certas de primeira"},
    "now": {"en": "right by now", "pt-BR": "certas até agora"},
    "open": {"en": "open", "pt-BR": "em aberto"},
    "labs": {"en": "Labs", "pt-BR": "Labs"},
    "lab": {"en": "lab", "pt-BR": "lab"},
    "title": {"en": "title", "pt-BR": "título"},
    "tried": {"en": "exercises judged", "pt-BR": "exercícios avaliados"},
    "points": {"en": "points", "pt-BR": "pontos"},
    "interview": {
        "en": "Interview: {questions} questions; never practised: {fresh}, due today: {due}, reviews so far: {reviews}",
        "pt-BR": "Entrevista: {questions} perguntas; ainda não praticadas: {fresh}, para hoje: {due}, revisões até agora: {reviews}",
    },
    "mocks": {"en": "Mock interviews", "pt-BR": "Entrevistas simuladas"},
    "when": {"en": "when", "pt-BR": "quando"},
    "late": {"en": "over time", "pt-BR": "além do tempo"},
    "score": {"en": "score", "pt-BR": "resultado"},
    "broken-off": {
        "en": "A mock interview was broken off: `course interview mock` goes on with it.",
        "pt-BR": "Uma entrevista simulada foi interrompida: `course interview mock` continua de onde parou.",
    },
    "file": {"en": "All of it lies in {path}.", "pt-BR": "Tudo isso está em {path}."},
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@language_option("Language of the report.")
def progress(as_json: bool, language: Language) -> None:
    """Show what you have reached: quizzes, labs, and the interview."""
    from helpers.classroom.progress import open_progress
    from helpers.classroom.progress.summary import summarize
    from helpers.interviews.questions import question_ids
    from helpers.paths import COURSE_ROOT, data_folder

    now = datetime.now().astimezone()
    with open_progress() as opened:
        summary = summarize(opened, COURSE_ROOT, data_folder() / "verdicts", question_ids(), language, now)
        notices = [in_language(notice, language) for notice in opened.notices]
        if as_json:
            click.echo(json.dumps(_as_json(opened, summary, notices), ensure_ascii=False))
            return
        from rich.console import Console

        for notice in notices:
            click.echo(notice, err=True)
        _render(opened, summary, language, Console())


def _as_json(progress: Progress, summary: Summary, notices: list[str]) -> dict[str, Any]:
    interview = summary.interview
    return {
        "file": str(progress.path),
        "recording": progress.recording,
        "notices": notices,
        "quizzes": [asdict(quiz) for quiz in summary.quizzes],
        "labs": [asdict(lab) for lab in summary.labs],
        "interview": {
            "questions": interview.questions,
            "reviews": interview.reviews,
            "due": interview.due,
            "fresh": interview.fresh,
            "broken_off": interview.broken_off,
            "mocks": [
                {
                    "started": mock.started.isoformat(),
                    "seed": mock.seed,
                    "questions": [answer.question for answer in mock.answers],
                    "over_time": mock.late,
                    "score": round(mock.score, 4),
                }
                for mock in interview.mocks
            ],
        },
    }


def _render(progress: Progress, summary: Summary, lang: str, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text as RichText

    def say(name: str, **values: object) -> str:
        return in_language(_WORDS[name], lang).format_map(values)

    quizzes = Table(title=say("quizzes"), title_justify="left")
    quizzes.add_column(say("lesson"), no_wrap=True)
    for name in ("questions", "first", "now", "open"):
        quizzes.add_column(say(name), justify="right")
    for quiz in summary.quizzes:
        style = "green" if quiz.now == quiz.questions else "dim" if quiz.open == quiz.questions else ""
        counts = (quiz.questions, quiz.first, quiz.now, quiz.open)
        quizzes.add_row(quiz.lesson, *map(str, counts), style=style)

    labs = Table(title=say("labs"), title_justify="left")
    labs.add_column(say("lab"), no_wrap=True)
    labs.add_column(say("title"))
    for name in ("tried", "points"):
        labs.add_column(say(name), justify="right", no_wrap=True)
    for lab in summary.labs:
        style = "green" if lab.points == lab.max else "" if lab.tried else "dim"
        shares = f"{lab.tried}/{lab.exercises}", f"{lab.points}/{lab.max}"
        labs.add_row(lab.lab, RichText(lab.title), *shares, style=style)

    console.print(quizzes, labs, _interview_line(summary.interview, lang), sep="\n")
    if summary.interview.mocks:
        mocks = Table(title=say("mocks"), title_justify="left")
        for name in ("when", "questions", "late", "score"):
            mocks.add_column(say(name), justify="left" if name == "when" else "right")
        for mock in summary.interview.mocks:
            mocks.add_row(*_mock_row(mock))
        console.print(mocks)
    if summary.interview.broken_off:
        console.print(RichText(say("broken-off"), "yellow"))
    if progress.recording:
        console.print(RichText(say("file", path=progress.path), "dim"), soft_wrap=True)


def _interview_line(interview: InterviewScore, lang: str) -> str:
    return in_language(_WORDS["interview"], lang).format_map(vars(interview))


def _mock_row(mock: MockResult) -> tuple[str, str, str, str]:
    when = f"{mock.started.astimezone():%Y-%m-%d %H:%M}"
    return when, str(len(mock.answers)), str(mock.late), f"{mock.score:.0%}"
