"""``course interview`` at a real terminal and at a pipe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.classroom.progress import Draft, open_progress
from helpers.interviews.questions import question_ids, read_question
from tests.conftest import REPOSITORY

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
COMMAND = [sys.executable, "-m", "helpers.cli", "interview"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def file(data: Path) -> Path:
    return data / "progress.sqlite3"


def environment(data: Path) -> dict[str, str]:
    return os.environ | {"COURSE_DATA": str(data), "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", "TERM": "xterm"}


def typed(data: Path, *arguments: str):  # type: ignore[no-untyped-def]
    """The command at a pseudo-terminal."""
    import pexpect

    return pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], *arguments],
        cwd=str(REPOSITORY),
        env=environment(data),
        encoding="utf-8",
        timeout=240,
        dimensions=(60, 100),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a run in the background ignores it
    )


def piped(data: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=REPOSITORY,
        env=environment(data),
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
    )


def interrupt(process, answer: str) -> None:  # type: ignore[no-untyped-def]
    """Press Ctrl-C, again when the first fell between the prompt and the reading: that one is heard with the next key only."""
    import pexpect

    for _ in range(5):
        process.sendintr()
        if process.expect([answer, pexpect.TIMEOUT], timeout=20) == 0:
            return
    raise AssertionError(f"Ctrl-C was not answered with {answer!r}: {process.before!r}")


def ended(process) -> int:  # type: ignore[no-untyped-def]
    import pexpect

    process.expect(pexpect.EOF)
    process.close()
    return int(process.exitstatus)


@posix_only
def test_practice_unfolds_the_answer_step_by_step_and_ctrl_c_keeps_what_was_rated(data: Path, file: Path) -> None:
    learner = typed(data, "practice", "--lang", "en")
    learner.expect("Say your answer aloud")
    learner.sendline("I would look at the metrics first.")
    learner.sendline("")
    for part in ("What the interviewer is after", "30 seconds"):
        learner.expect(part)
        learner.expect("Enter unfolds more")
        learner.sendline("")
    learner.expect("3 minutes")
    learner.expect("Enter unfolds more")
    learner.sendline("3")
    learner.expect("It comes again on ")
    learner.expect("Say your answer aloud")
    interrupt(learner, "Stopped. What you rated is kept")
    assert ended(learner) == 130
    with open_progress(file) as progress:
        assert [(review.question, review.rating) for review in progress.reviews()] == [(question_ids()[0], 3)]


@posix_only
def test_a_mock_interview_goes_on_after_ctrl_c_and_after_kill_9(data: Path, file: Path) -> None:
    learner = typed(data, "mock", "--lang", "en", "--seed", "4", "--questions", "1", "--minutes", "30")
    learner.expect("Time: 30 min.*\r\n> ")
    learner.sendline("First line.")
    learner.expect("\r\n> ")
    learner.sendline("Second line, with `code`.")
    learner.expect("\r\n> ")
    interrupt(learner, "the clock stands")
    assert ended(learner) == 130

    learner = typed(data, "mock")
    learner.expect("Going on with the mock interview")
    learner.expect("First line.")
    learner.expect("Second line, with `code`.")
    learner.expect("> ")
    learner.sendline("Third line.")
    learner.expect("\r\n> ")
    learner.kill(signal.SIGKILL)
    learner.wait()
    learner.close()

    with open_progress(file) as progress:
        assert progress.mocks() == []
    learner = typed(data, "mock")
    learner.expect("Third line.")
    learner.expect("> ")
    learner.sendline("")
    learner.expect("in time")
    learner.expect("did your answer say this")
    with open_progress(file) as progress:
        question = read_question(_question_of(progress.draft()), "en")
    for _ in question.rubric:
        learner.expect(r"\. ")
        learner.sendline("y")
    learner.expect(f"{len(question.rubric)} of {len(question.rubric)} points")
    assert ended(learner) == 0
    with open_progress(file) as progress:
        (mock,) = progress.mocks()
        assert progress.draft() is None
    (answer,) = mock.answers
    assert (mock.seed, mock.lang) == (4, "en")
    assert answer.text == "First line.\nSecond line, with `code`.\nThird line."
    assert answer.points == (True,) * len(question.rubric)
    assert not answer.over_time


def _question_of(draft: Draft | None) -> str:
    import json

    assert draft
    return str(json.loads(draft.text)["questions"][0])


def test_a_pipe_is_as_good_as_a_keyboard_and_the_same_seed_asks_the_same(data: Path, file: Path) -> None:
    answers = "Eu começo pelas métricas.\n\n" + "s\nn\n" * 3
    options = ("--lang", "pt-BR", "--seed", "11", "--questions", "1")
    for _ in range(2):
        ran = piped(data, answers, "mock", *options)
        assert ran.returncode == 0, ran.stderr
        assert "dentro do tempo" in ran.stdout
        assert "pontos; além do tempo: 0 de 1 respostas." in ran.stdout
    with open_progress(file) as progress:
        first, second = progress.mocks()
    assert first.answers[0].question == second.answers[0].question
    assert first.answers[0].text == "Eu começo pelas métricas."
    rubric = read_question(first.answers[0].question, "pt-BR").rubric
    assert first.answers[0].points == tuple(place % 2 == 0 for place in range(len(rubric)))


def test_the_end_of_the_input_keeps_an_interview_and_new_begins_another(data: Path, file: Path) -> None:
    assert piped(data, "Only this.\n\n", "mock", "--lang", "en", "--seed", "1").returncode == 130
    again = piped(data, "", "mock")
    assert "Only this." in again.stdout
    other = piped(data, "", "mock", "--new", "--lang", "pt-BR", "--seed", "2")
    assert "seed: 2" in other.stdout
    with open_progress(file) as progress:
        draft = progress.draft()
    assert draft
    assert "Only this." not in draft.text


def test_an_interview_that_this_version_cannot_go_on_with_ends_with_one_sentence(data: Path, file: Path) -> None:
    with open_progress(file) as progress:
        progress.keep_draft("{}", started=datetime(2025, 1, 2, 12, tzinfo=UTC))
    first, second = (piped(data, "", "mock", "--lang", "pt-BR") for _ in range(2))
    assert first.stdout.count("A entrevista simulada de 2025-01-0") == 1
    assert "terminou" not in second.stdout


@pytest.mark.parametrize("wrong", [("--questions", "99"), ("--minutes", "0"), ("--minutes", "nan")])
def test_an_interview_that_cannot_begin_leaves_the_one_that_was_broken_off(
    data: Path, file: Path, wrong: tuple[str, str]
) -> None:
    assert piped(data, "Only this.\n\n", "mock", "--lang", "en", "--seed", "1").returncode == 130
    refused = piped(data, "", "mock", "--new", *wrong)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    with open_progress(file) as progress:
        assert "Only this." in str(progress.draft())


def test_the_whole_answer_is_shown_as_sentences_and_then_only_its_rating_is_asked(data: Path) -> None:
    practised = piped(data, "out loud\n" + "\n" * 8 + "3\n", "practice", "q04", "--lang", "en")
    assert practised.returncode == 0, practised.stderr
    assert "Invocations → " in practised.stdout
    assert "flowchart" not in practised.stdout
    assert practised.stdout.count("Enter unfolds more") == 7
    assert practised.stdout.count("That is all of it.") == 1
    assert "> out loud\n" in practised.stdout


def test_practice_of_one_question_asks_that_one_and_the_list_says_when_it_comes_again(data: Path) -> None:
    practised = piped(data, "\n4\n", "practice", "q04", "--lang", "pt-BR")
    assert practised.returncode == 0, practised.stderr
    assert "Ela volta em" in practised.stdout
    listed = piped(data, "", "list", "--lang", "pt-BR")
    assert listed.stdout.count("ainda não praticada") == len(question_ids()) - 1


def test_when_nothing_is_due_it_says_when_the_next_question_comes(data: Path, file: Path) -> None:
    with open_progress(file) as progress:
        for question in question_ids():
            progress.record_review(question, 4)
    ran = piped(data, "", "practice", "--lang", "en")
    assert ran.returncode == 0, ran.stderr
    assert "Nothing is due now. The next question comes on 20" in ran.stdout


def test_a_question_that_is_none_is_one_sentence(data: Path) -> None:
    ran = piped(data, "", "practice", "q99")
    assert ran.returncode == 1
    assert "q04" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_where_nothing_can_be_recorded_it_goes_on_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    ran = piped(tmp_path / "taken", "\n3\n", "practice", "--lang", "en", "--questions", "1")
    assert ran.returncode == 0, ran.stderr
    assert "nothing is recorded" in ran.stderr
    assert "It comes again on" in ran.stdout
