"""``course interview``: practise the questions, hold a mock interview."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpers.classroom.texts import in_language
from helpers.errors import CourseError
from helpers.interviews import mock as mocks
from helpers.languages import Language, language_option, numeral

if TYPE_CHECKING:
    from helpers.classroom.progress import Progress
    from helpers.interviews.questions import Question
    from helpers.interviews.terminal import Terminal

STOPPED = 130


@click.group()
def interview() -> None:
    """The interview room: practise the questions, and hold a mock interview."""


@interview.command("list")
@language_option("Language of the questions.")
def list_questions(language: Language) -> None:
    """List the questions, and when each comes again."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as RichText

    from helpers.interviews.practice import standings
    from helpers.interviews.questions import all_questions
    from helpers.interviews.terminal import Terminal, day

    questions = all_questions(language)
    say = Terminal(language).words
    with _room(language) as progress:
        table = Table()
        table.add_column("id", no_wrap=True)
        table.add_column(say("question"))
        table.add_column(say("reviews"), justify="right")
        table.add_column(say("comes"), no_wrap=True)
        for question, standing in zip(
            questions, standings(progress, [question.id for question in questions]), strict=True
        ):
            when = day(standing.due) if standing.due else say("never")
            table.add_row(question.id, RichText(question.question), str(standing.reviews), when)
        Console().print(table)


@interview.command()
@click.argument("question", required=False)
@click.option("--questions", type=click.IntRange(1), help="Stop after so many; else when nothing is due.")
@language_option("Language of the questions.")
def practice(question: str | None, questions: int | None, language: Language) -> None:
    """Practise what is due, then what is new, or one QUESTION such as q04; your ratings say when each comes again."""
    from helpers.interviews.questions import question_ids, read_question
    from helpers.interviews.terminal import Terminal, day
    from helpers.show.interview import sections

    known = question_ids()
    terminal = Terminal(language)
    with _room(language) as progress, _leaving(terminal, progress, "stopped-practice"):
        count = 0
        wanted = question or progress.next_question(known)
        while wanted and count != questions:
            asked = read_question(wanted, language)
            terminal.ask(asked.id, asked.question)
            terminal.say("say", "dim")
            terminal.answer()
            due = progress.record_review(asked.id, terminal.rating(sections(asked)))
            terminal.say("due", when=day(due))
            count += 1
            wanted = None if question else progress.next_question(known)
        if not count or not (question or wanted):
            coming = [date for id, date in progress.dates().items() if id in known]
            if coming:
                terminal.say("nothing-due", when=day(min(coming)))
        elif not question:
            terminal.say("no-more", count=count)


@interview.command()
@click.option("--seed", type=int, help="The same seed asks the same questions; else any.")
@click.option(
    "--questions", type=click.IntRange(1), default=mocks.QUESTIONS, show_default=True, help="How many are asked."
)
@click.option("--minutes", type=float, default=mocks.MINUTES, show_default=True, help="Time for each answer.")
@click.option("--new", is_flag=True, help="Begin another one, and forget the one that was broken off.")
@language_option("Language of a new interview.")
def mock(seed: int | None, questions: int, minutes: float, new: bool, language: Language) -> None:
    """Hold a mock interview: write each answer against the clock, then score it by its rubric."""
    from helpers.interviews.drafts import broken_off
    from helpers.interviews.questions import all_questions
    from helpers.interviews.terminal import Terminal, day

    topics = {question.id: question.topics for question in all_questions(language)}
    with _room(language) as progress:
        left, ended = broken_off(progress, topics.keys(), datetime.now(UTC), language)
        for sentence in ended:
            Terminal(language).console.print(sentence, style="yellow", highlight=False)
        held = left
        if held and not new:
            terminal = Terminal(held.lang)
            number, count = held.place + 1, len(held.questions)
            terminal.say("resumed", "yellow", when=day(held.started), number=number, count=count)
            if held.stage is mocks.Stage.SCORING:
                terminal.so_far(held.text)
        else:
            terminal = Terminal(language)
            chosen = random.SystemRandom().randrange(10_000) if seed is None else seed
            held = mocks.begin(
                topics, datetime.now(UTC), seed=chosen, lang=language, questions=questions, minutes=minutes
            )
            if left:
                progress.drop_draft(left.started)
            terminal.say("begun", "bold", count=questions, seed=chosen)
        with _leaving(terminal, progress, "stopped-mock"):
            _hold(held, progress, terminal, {question.id: question for question in all_questions(held.lang)})


def _hold(held: mocks.Mock, progress: Progress, terminal: Terminal, questions: dict[str, Question]) -> None:
    """Hold an interview from where it stands to its end; every line that is written is kept before the next is read."""

    def keep(state: mocks.Mock) -> mocks.Mock:
        progress.keep_draft(state.draft(datetime.now(UTC)), started=state.started)
        return state

    while held.stage is not mocks.Stage.FINISHED:
        question = questions[held.question]
        if held.stage is mocks.Stage.ANSWERING:
            held = keep(held.resumed(datetime.now(UTC)))
            terminal.ask(f"{held.place + 1}/{len(held.questions)}", question.question)
            terminal.say("write", "dim", minutes=numeral(f"{held.limit / 60:g}", terminal.lang))
            terminal.so_far(held.text)
            held = _answered(held, keep, terminal)
            in_time = held.spent <= held.limit
            name, style = ("in-time", "green") if in_time else ("over-time", "yellow")
            terminal.say(name, style, seconds=f"{held.spent:.0f}")
        held = held.score(terminal.points(question.rubric), datetime.now(UTC))
        if held.finished:
            progress.record_mock(held.result())
        else:
            keep(held)
    result = held.result()
    terminal.say(
        "total", "bold", reached=result.reached, points=result.possible, late=result.late, count=len(result.answers)
    )


def _answered(held: mocks.Mock, keep: Callable[[mocks.Mock], mocks.Mock], terminal: Terminal) -> mocks.Mock:
    def heard(so_far: str) -> None:
        keep(held.wrote(so_far, datetime.now(UTC)))

    text = terminal.answer(held.text, heard)
    return keep(held.answer(text, datetime.now(UTC)))


@interview.command("sheet")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    required=True,
    help="The HTML file to write.",
)
@language_option("Language of the sheet.")
def print_sheet(output: Path, language: Language) -> None:
    """Write all questions as one HTML page to print, with nothing folded."""
    from helpers.interviews.questions import all_questions
    from helpers.interviews.sheet import sheet

    try:
        output.write_text(sheet(all_questions(language)), encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{output} cannot be written ({error.strerror}): choose another place with -o") from error
    click.echo(str(output))


@contextmanager
def _room(lang: str) -> Iterator[Progress]:
    """The learner's progress, after what there is to say about its file."""
    from helpers.classroom.progress import open_progress

    with open_progress() as progress:
        for notice in progress.notices:
            click.echo(in_language(notice, lang), err=True)
        yield progress


@contextmanager
def _leaving(terminal: Terminal, progress: Progress, words: str) -> Iterator[None]:
    """Ctrl-C and the end of the input end the command with one sentence."""
    try:
        yield
    except (KeyboardInterrupt, EOFError):
        terminal.console.print()
        terminal.say(words if progress.recording else "stopped-unrecorded")
        sys.exit(STOPPED)
