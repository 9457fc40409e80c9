"""``course grade``: from a file that somebody handed in to points that nothing in the file could write."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from helpers.classroom import submission
from helpers.classroom.checks import Lab
from helpers.classroom.discovery import Labs
from helpers.classroom.rebuild import Notebook, rebuild
from helpers.classroom.texts import in_language
from helpers.classroom.walls import Walls, strongest
from helpers.errors import SubmissionRejected
from helpers.languages import LANGUAGES
from helpers.paths import COURSE_ROOT

CELL_SECONDS = 60.0
RUN_SECONDS = 600.0
# The judge may still look after the learner's time is over.
_CLOSING_SECONDS = 120.0
_SPARE_PROCESSES = 400

_FROM_CELL = re.compile(r"(?:answer|check)-(\d\d)-")


@dataclass
class Grade:
    """Everything that ``course grade`` found.

    status: ``graded``, ``rejected`` (the file is no submission) or ``stopped`` (the grader could not do its work).
    exercises: per exercise its points, checks, what became of the answer cell, and the first hint where points are missing.
    walls: which protection was in force, and why it was not the strongest.
    """

    file: str
    status: str
    lang: str
    code: str = ""
    message: str = ""
    lab: str = ""
    title: str = ""
    points: int = 0
    max: int = 0
    exercises: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    walls: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {"version": 1, **vars(self)}


def grade(
    path: Path,
    *,
    course_root: Path = COURSE_ROOT,
    lab: str | None = None,
    lang: str | None = None,
    walls: Walls | None = None,
    cell_seconds: float = CELL_SECONDS,
    run_seconds: float = RUN_SECONDS,
) -> Grade:
    """Grade one notebook that was handed in.

    lab: the lab's number, where the notebook does not say it. lang: the report's language; else the notebook's own.
    walls: the protection to use; else the strongest one that works here.
    cell_seconds, run_seconds: how long one cell, and all cells together, may run.

    Never raises for anything that the file holds: a file that is no submission is a :class:`Grade` with status ``rejected``.

    Raises: ``BuildFailed`` when the course's own lab cannot be built.
    """
    begun = time.monotonic()
    result = Grade(path.name, "rejected", lang or _language({}, path))
    try:
        handed_in = submission.read(path)
        result.lang = lang or _language(handed_in.metadata, path)
        labs = Labs(course_root)
        number = lab or _lab_number(handed_in, path)
        if number not in labs.numbers():
            raise SubmissionRejected(
                "unknown-lab",
                f"the notebook does not say which lab it is: name it with --lab, one of {', '.join(labs.numbers()) or 'none'}",
            )
        task = labs.lab(number)
        result.lab, result.title, result.max = number, in_language(task.title, result.lang), task.max_points
        rebuilt = rebuild(lab_notebook(course_root, number, result.lang), handed_in)
    except SubmissionRejected as error:
        result.code, result.message = error.code, str(error)
        return result
    result.warnings = [vars(warning) for warning in rebuilt.warnings]
    walls = walls or strongest()
    result.walls = {"level": walls.level, "reason": walls.reason}
    facts = _perform(rebuilt.notebook, task, course_root, walls, result.lang, cell_seconds, run_seconds)
    _take_in(result, facts, task, rebuilt.unanswered, _hints(course_root, number, result.lang))
    result.seconds = round(time.monotonic() - begun, 1)
    return result


def lab_notebook(course_root: Path, number: str, lang: str) -> Notebook:
    """The lab as the course ships it, built from its source at this moment: what lies in ``labs/`` is never trusted.

    Raises: ``BuildFailed``.
    """
    from helpers.authoring.notebooks import Place, lay_out
    from helpers.authoring.source import read_unit

    folder = next((course_root / "course" / "labs").glob(f"{number}-*"))
    notebook: Notebook = json.loads(
        json.dumps(lay_out(Place(read_unit("lab", folder, course_root), "lab", "pt-BR" if lang == "pt-BR" else "en")))
    )
    return notebook


def _perform(
    notebook: Notebook, task: Lab, course_root: Path, walls: Walls, lang: str, cell_seconds: float, run_seconds: float
) -> list[dict[str, Any]]:
    """Run the stage, and return what it said."""
    from helpers.classroom.stage import Orders

    folder = Path(tempfile.mkdtemp(prefix="grade-")).resolve()
    try:
        place = folder / lang / "lab.ipynb"
        place.parent.mkdir()
        place.write_text(json.dumps(notebook), encoding="utf-8")
        orders = Orders(
            word=secrets.token_hex(16),
            course_root=str(course_root.resolve()),
            notebook=str(place),
            lang=lang,
            exercises=tuple(task.exercises),
            level=walls.level,
            cell_seconds=cell_seconds,
            run_seconds=run_seconds,
            processes=_running_here() + _SPARE_PROCESSES,
        )
        command = walls.around_stage([sys.executable, "-m", "helpers.classroom.stage"], folder)
        with (folder / "log").open("wb") as log:
            stage = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_clean_environment(folder),
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        try:
            return _listen(stage, orders.word, orders.as_line(), run_seconds + _CLOSING_SECONDS)
        finally:
            _end(stage)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listen(stage: subprocess.Popen[str], word: str, orders: str, seconds: float) -> list[dict[str, Any]]:
    assert stage.stdin and stage.stdout
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    stdout = stage.stdout

    def read() -> None:
        for line in stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    stage.stdin.write(orders)
    stage.stdin.flush()
    facts: list[dict[str, Any]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            line = lines.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        if not line:
            return facts
        said, _, rest = line.partition(" ")
        if secrets.compare_digest(said.encode(), word.encode()):
            facts.append(json.loads(rest))
    return [*facts, {"kind": "timeout"}]


def _end(stage: subprocess.Popen[str]) -> None:
    """End the stage and all that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(stage.pid, signal.SIGKILL)
    else:
        stage.kill()
    stage.wait()


def _take_in(
    result: Grade, facts: list[dict[str, Any]], task: Lab, unanswered: set[str], hints: dict[str, str]
) -> None:
    """Turn what the stage said into a grade. Points come from verdicts alone; an exercise without one has none."""
    verdicts = {fact["verdict"]["exercise"]: fact["verdict"] for fact in facts if fact["kind"] == "verdict"}
    problems: dict[str, dict[str, str]] = {}
    for fact in facts:
        if fact["kind"] == "cell":
            if fact["role"] == "answer":
                problems.setdefault(fact["exercise"], {"code": fact["code"], "detail": fact["detail"]})
            else:
                result.warnings.append(
                    {"code": f"{fact['role']}-{fact['code']}", "cell": fact["cell"], "detail": fact["detail"]}
                )
    ended = facts[-1] if facts else {"kind": "ended"}
    for number, exercise in task.exercises.items():
        verdict = verdicts.get(number, {"points": 0, "checks": []})
        result.exercises.append(
            {
                "number": number,
                "title": in_language(exercise.title, result.lang),
                "points": verdict["points"],
                "max": exercise.max_points,
                "judged": number in verdicts,
                "answered": number not in unanswered,
                "checks": verdict["checks"],
                "cell": problems.get(number),
                "hint": hints.get(number, "") if verdict["points"] < exercise.max_points else "",
            }
        )
    result.points = sum(exercise["points"] for exercise in result.exercises)
    if ended["kind"] == "stopped" or not verdicts:
        result.status, result.code = "stopped", "grader-stopped"
        result.message = (
            ended.get("message")
            or "the grader ended before it could judge anything: run it again, and `course doctor` if that does not help"
        )
    else:
        result.status = "graded"
        if ended["kind"] != "done":
            result.warnings.append({"code": "not-finished", "cell": "", "detail": ended["kind"]})


def _hints(course_root: Path, number: str, lang: str) -> dict[str, str]:
    """The first step of each exercise's hint ladder."""
    from helpers.authoring.companions import read_hints

    path = next((course_root / "course" / "labs").glob(f"{number}-*")) / "hints.yaml"
    return {
        exercise: (ladder.pt_br if lang == "pt-BR" else ladder.en)[0]
        for exercise, ladder in read_hints(path, path.name).items()
    }


def _lab_number(handed_in: submission.Submission, path: Path) -> str:
    course = handed_in.metadata.get("course")
    unit = course.get("unit") if isinstance(course, dict) else None
    if isinstance(unit, str) and re.fullmatch(r"lab-\d\d", unit):
        return unit.removeprefix("lab-")
    for cell in handed_in.cells:
        if found := _FROM_CELL.match(cell.identity):
            return found[1]
        if re.fullmatch(r"\d\d\.\d+", cell.exercise):
            return cell.exercise[:2]
    found = re.match(r"(\d\d)\b", path.name)
    return found[1] if found else ""


def _language(metadata: dict[str, Any], path: Path) -> str:
    course = metadata.get("course")
    said = course.get("language") if isinstance(course, dict) else None
    named = os.environ.get("COURSE_LANG") or ("pt-BR" if "pt-BR" in path.absolute().parts else "en")
    return said if said in LANGUAGES else named if named in LANGUAGES else "en"


def _running_here() -> int:
    """How many processes and threads this user already runs; the kernel's limit counts them all."""
    me = psutil.Process().username()
    return sum(
        process.info["num_threads"] or 0
        for process in psutil.process_iter(["username", "num_threads"])
        if process.info["username"] == me
    )


def _clean_environment(folder: Path) -> dict[str, str]:
    """What the stage and everything below it sees of the environment: nothing of the teacher's."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
        if name in os.environ
    }
    temporary = folder / "tmp"
    temporary.mkdir()
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(temporary),
        "TEMP": str(temporary),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "JUPYTER_PATH": str(folder / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "COURSE_DATA": str(temporary / "records"),
    }
