"""``check("91.1")`` as a cell, a script and nbval see it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from helpers.classroom.app import judge_app
from tests.conftest import CloudProcess

Run = Callable[..., subprocess.CompletedProcess[str]]

PASSED = "✓ 1/1 The queue is there\n✓ 1/1 Its visibility timeout is 45 seconds\n91.1 · 2 of 2 points\n"


@pytest.fixture
def endpoint(course: Path, cloud: CloudProcess, tmp_path: Path) -> Iterator[str]:
    """Where the judge of lab 91 answers at ``/_course``, as it does in the local cloud."""
    judge = judge_app(course, cloud.endpoint_url, "s", tmp_path / "verdicts")
    server = make_server(
        "127.0.0.1",
        0,
        DispatcherMiddleware(lambda environ, start: judge(environ, start), {"/_course": judge}),
        threaded=True,
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def run(endpoint: str, account: str, tmp_path: Path) -> Run:
    """Run a script as a connected notebook would run its cells."""

    def run_script(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        connected = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": account, "PYTHONUTF8": "1"}
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, **connected, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            encoding="utf-8",
        )

    return run_script


@pytest.fixture
def built(client: Callable[[str], Any]) -> None:
    client("sqs").create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "45"})


CHECK = "from helpers import check; check('91.1')"


@pytest.mark.usefixtures("built")
def test_a_pass_prints_the_same_lines_every_time(run: Run) -> None:
    first, second = run(CHECK), run(CHECK)
    assert first.stdout == second.stdout == PASSED
    assert (first.returncode, first.stderr) == (0, "")


def test_a_failure_prints_what_was_found_and_ends_with_one_sentence(run: Run) -> None:
    done = run(CHECK)
    assert done.stdout.splitlines() == [
        "✗ 0/1 The queue is there: expected a queue named orders in your account; there is none",
        "✗ 0/1 Its visibility timeout is 45 seconds: expected a queue named orders in your account; there is none",
        "91.1 · 0 of 2 points",
    ]
    assert done.stderr.splitlines()[-1] == (
        "helpers.errors.CheckFailed: exercise 91.1 has 0 of 2 points: mend what is marked ✗ and run this cell again"
    )


@pytest.mark.usefixtures("built")
def test_the_notebooks_language_is_spoken(run: Run) -> None:
    assert run(CHECK, COURSE_LANG="pt-BR").stdout.splitlines() == [
        "✓ 1/1 A fila existe",
        "✓ 1/1 O visibility timeout tem 45 segundos",
        "91.1 · 2 de 2 pontos",
    ]


def test_without_connect_the_repair_is_named(run: Run) -> None:
    done = run("import os; del os.environ['AWS_ENDPOINT_URL']; " + CHECK)
    assert (
        done.stderr.splitlines()[-1]
        == "helpers.errors.CloudUnavailable: this notebook is not connected yet: run its first cell, the one with connect()"
    )


def test_when_the_server_is_gone_one_sentence_says_so(run: Run) -> None:
    done = run(CHECK, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert "does not answer" in done.stderr.splitlines()[-1]
    assert done.stdout == ""


def test_an_exercise_that_does_not_exist_is_answered_with_those_that_do(run: Run) -> None:
    done = run("from helpers import check; check('91.7')")
    assert done.stderr.splitlines()[-1].endswith("there is no exercise 91.7 in lab 91; it has 91.1, 91.2, 91.3")


def test_nothing_heavy_is_imported(run: Run) -> None:
    done = run(
        "import sys; from helpers.classroom import client; print([m for m in ('boto3', 'botocore', 'yaml', 'werkzeug', 'nbformat', 'httpx') if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]"


def nbval(tmp_path: Path, output: str, endpoint: str, account: str) -> subprocess.CompletedProcess[str]:
    cell = nbformat.v4.new_code_cell(
        CHECK, execution_count=1, outputs=[nbformat.v4.new_output("stream", name="stdout", text=output)]
    )
    path = tmp_path / "lab.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            os.devnull,
            "--rootdir",
            str(tmp_path),
            "-p",
            "no:cacheprovider",
            "--nbval",
            "--nbval-current-env",
            str(path),
        ],
        env={**os.environ, "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": account, "PYTHONUTF8": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        encoding="utf-8",
    )


@pytest.mark.usefixtures("built")
def test_plain_nbval_passes_a_solved_cell_and_compares_its_output(tmp_path: Path, endpoint: str, account: str) -> None:
    assert nbval(tmp_path, PASSED, endpoint, account).returncode == 0


def test_plain_nbval_fails_an_unsolved_cell_whatever_output_was_saved(
    tmp_path: Path, endpoint: str, account: str
) -> None:
    done = nbval(tmp_path, PASSED, endpoint, account)
    assert done.returncode == 1
    assert "CheckFailed: exercise 91.1 has 0 of 2 points" in done.stdout
