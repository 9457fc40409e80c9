"""The stage: one process in which a rebuilt notebook is run and judged. ``python -m helpers.classroom.stage``, started by ``grading``.

It reads its orders as one JSON line from standard input, starts a local cloud of its own, runs the notebook under nbval, lets its own
judge look at the account, and answers line by line. Every line begins with a word that only the grader and this process know, so
that a line which a learner's process smuggled into the pipe counts for nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from helpers.classroom.walls import HOME, Level, Walls
from helpers.cloud.owned import COMMAND, owned_cloud
from helpers.errors import CourseError

ACCOUNT = "100000000001"
_MB = 1024 * 1024
_KERNEL = "learner"
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Orders:
    """What the grader asks for.

    word: what every line of the answer begins with. notebook: the rebuilt notebook, in a folder that the stage may write to.
    processes: how many processes and threads a learner's cell may have.
    """

    word: str
    course_root: str
    notebook: str
    lang: str
    exercises: tuple[str, ...]
    level: Level
    cell_seconds: float
    run_seconds: float
    processes: int

    def as_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def main() -> int:
    """Run the orders that stand on standard input; 0 when the notebook was run to its end."""
    # pytest puts another file in the place of descriptor 0, and a read that waits there goes on in it after any pause.
    grader = os.fdopen(os.dup(0), encoding="utf-8")
    orders = Orders(**json.loads(grader.readline()))
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.set_inheritable(answer.fileno(), False)
    os.dup2(2, 1)
    writing = threading.Lock()

    def say(kind: str, **facts: Any) -> None:
        with writing:
            print(orders.word, json.dumps({"kind": kind, **facts}), file=answer, flush=True)

    threading.Thread(target=_end_with, args=(grader,), daemon=True).start()
    try:
        with _cloud(orders) as endpoint_url:
            _run(orders, endpoint_url, say)
    except CourseError as error:
        say("stopped", message=str(error))
        return 1
    say("done")
    return 0


def _run(orders: Orders, endpoint_url: str, say: Any) -> None:
    import pytest

    from helpers.classroom.judge import Judge
    from helpers.classroom.kernel import GuardedKernel
    from helpers.classroom.nbval_plugin import CellRunner

    notebook = Path(orders.notebook)
    judge = Judge(Path(orders.course_root), endpoint_url, secrets.token_urlsafe(32), None)
    judged: set[str] = set()

    def look(exercise: str) -> None:
        judged.add(exercise)
        say("verdict", verdict=judge.check(exercise, ACCOUNT, orders.lang).as_json())

    _write_kernelspec(orders, endpoint_url, notebook.parent.parent)
    GuardedKernel.cell_seconds = orders.cell_seconds
    GuardedKernel.run_end = time.monotonic() + orders.run_seconds
    runner = CellRunner(
        look, lambda problem: say("cell", **problem), prelude="import os; os.environ['COURSE_FRESH'] = '0'"
    )
    pytest.main(
        [
            "-q", "-p", "nbval.plugin", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(notebook.parent), "--color=no", "--tb=no",
            "--nbval-lax", f"--nbval-kernel-name={_KERNEL}", f"--nbval-cell-timeout={orders.cell_seconds}", str(notebook),
        ],
        plugins=[runner],
    )  # fmt: skip
    if runner.broken:
        raise CourseError(f"the notebook's kernel did not start ({runner.broken}): run `course doctor`")
    for exercise in orders.exercises:
        if exercise not in judged:
            look(exercise)


@contextmanager
def _cloud(orders: Orders) -> Iterator[str]:
    """A local cloud for this run alone, in a cell of its own: Lambda functions are learner's code and run in there."""
    walls = Walls(orders.level)
    command = walls.around_learner(
        list(COMMAND),
        hidden=[Path(orders.course_root)],
        room=512 * _MB,
        limits={"core": 0, **_processes(orders)},
    )
    environment = {**os.environ, **({"HOME": HOME, "TMPDIR": "/tmp"} if orders.level == "bubblewrap" else {})}
    with owned_cloud(command=command, environment=environment, seconds=_START_SECONDS) as cloud:
        yield cloud.endpoint_url


def _write_kernelspec(orders: Orders, endpoint_url: str, folder: Path) -> None:
    walls = Walls(orders.level)
    python = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command = walls.around_learner(
        python,
        hidden=[Path(orders.course_root)],
        files=["{connection_file}"],
        limits={"as": 4096 * _MB, "cpu": int(orders.run_seconds), "fsize": 32 * _MB, "core": 0, **_processes(orders)},
    )
    environment = {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "learner",
        "AWS_DEFAULT_REGION": "us-east-1",
        "COURSE_CLOUD": endpoint_url,
        "COURSE_ACCOUNT": ACCOUNT,
        "COURSE_LANG": orders.lang,
        "PYTHONWARNINGS": "ignore",
    }
    if orders.level == "bubblewrap":
        environment |= {
            "HOME": HOME,
            "IPYTHONDIR": f"{HOME}/.ipython",
            "TMPDIR": "/tmp",
            "MPLCONFIGDIR": f"{HOME}/.matplotlib",
        }
    spec = {
        "argv": command,
        "display_name": _KERNEL,
        "language": "python",
        "env": environment,
        # A signal would end at bwrap; the message is answered by the kernel itself.
        "interrupt_mode": "message" if orders.level == "bubblewrap" else "signal",
    }
    place = folder / "jupyter" / "kernels" / _KERNEL
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def _processes(orders: Orders) -> dict[str, int]:
    # Without a user namespace of its own the limit would count everything else that this user runs.
    return {"nproc": orders.processes} if orders.level == "bubblewrap" else {}


def _end_with(grader: IO[str]) -> None:
    """The grader holds the other end open; when it is gone, so are we."""
    while grader.read(4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
