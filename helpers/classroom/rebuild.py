"""Puts a learner's answers into the course's own notebook of the lab.

Only the sources of answer cells and of cells that the learner added come from the submission. Everything else, and above all which
checks exist and what they are worth, comes from the course.
"""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from helpers.classroom.submission import MAX_CELL, Cell, Submission
from helpers.errors import SubmissionRejected

MAX_EXTRA_CELLS = 50

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Warning:
    """Something about a submission that a teacher may want to know; ``code`` is for programs, ``cell`` names the place."""

    code: str
    cell: str


@dataclass
class Rebuilt:
    """The notebook to run, and what was noticed while it was put together."""

    notebook: Notebook
    warnings: list[Warning] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)


def rebuild(pristine: Notebook, submission: Submission) -> Rebuilt:
    """Merge ``submission`` into ``pristine``, the lab as the course ships it.

    Every code cell of the result carries ``metadata.grade``: its ``role`` (given, answer, extra or check) and, for answers and
    checks, its ``exercise``.

    Raises: ``SubmissionRejected`` when not one answer cell of the lab is in the submission.
    """
    notebook = copy.deepcopy(pristine)
    cells = [_prepared(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    ours = {cell["id"]: cell for cell in cells}
    result = Rebuilt(notebook)
    answers = _answers(ours, submission, result)
    if not answers:
        raise SubmissionRejected(
            "no-answers",
            "not one answer cell of this lab is in the notebook: hand in the lab's own notebook, with your answers in its cells",
        )
    for identity, cell in ours.items():
        if cell["metadata"]["grade"]["role"] != "answer":
            continue
        source = answers[identity].source if identity in answers else None
        if source is None:
            result.warnings.append(Warning("missing", identity))
        elif len(source) > MAX_CELL:
            result.warnings.append(Warning("too-long", identity))
        elif source.strip() == cell["source"].strip():
            result.unanswered.add(cell["metadata"]["grade"]["exercise"])
        else:
            cell["source"] = source
    before, after = _extras(ours, answers, submission, result)
    notebook["cells"] = [merged for cell in cells for merged in (*before[cell["id"]], cell, *after[cell["id"]])]
    return result


def _prepared(cell: dict[str, Any]) -> dict[str, Any]:
    source = cell["source"]
    cell.update(source="".join(source) if isinstance(source, list) else source, outputs=[], execution_count=None)
    asked = _asked_exercise(cell["source"])
    answered = cell["metadata"].get("exercise")
    role = "answer" if answered else "check" if asked else "given"
    cell["metadata"] = {"grade": {"role": role, "exercise": answered or asked or ""}}
    return cell


def _asked_exercise(source: str) -> str | None:
    """The exercise of a cell that holds ``check("…")``."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return None
    for call in calls:
        if (
            isinstance(call.func, ast.Name)
            and call.func.id == "check"
            and call.args
            and isinstance(call.args[0], ast.Constant)
        ):
            return str(call.args[0].value)
    return None


def _answers(ours: dict[str, dict[str, Any]], submission: Submission, result: Rebuilt) -> dict[str, Cell]:
    """The learner's cell for each answer cell: the one with its id, else (ids are lost on the way) one that names its exercise."""
    wanted = {
        identity: cell["metadata"]["grade"]["exercise"]
        for identity, cell in ours.items()
        if cell["metadata"]["grade"]["role"] == "answer"
    }
    found: dict[str, Cell] = {}
    for cell in submission.cells:
        if cell.identity in wanted:
            if cell.identity in found:
                result.warnings.append(Warning("duplicate", cell.identity))
            found.setdefault(cell.identity, cell)
    strays: dict[str, list[Cell]] = defaultdict(list)
    for cell in submission.cells:
        if cell.exercise and cell.identity not in ours:
            strays[cell.exercise].append(cell)
    for identity, exercise in wanted.items():
        if identity not in found and strays[exercise]:
            found[identity] = strays[exercise].pop(0)
    result.warnings += [
        Warning("duplicate", exercise) for exercise, cells in strays.items() if cells and exercise in wanted.values()
    ]
    return found


def _extras(
    ours: dict[str, dict[str, Any]], answers: dict[str, Cell], submission: Submission, result: Rebuilt
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
    """The learner's own cells: before the course's cell that follows them, at the end after the last one that came before."""
    place = {id(cell): identity for identity, cell in answers.items()}
    before: dict[str, list[dict[str, Any]]] = defaultdict(list)
    after: dict[str, list[dict[str, Any]]] = defaultdict(list)
    waiting: list[dict[str, Any]] = []
    last = next(reversed(ours))
    for number, cell in enumerate(submission.cells):
        known = place.get(id(cell)) or (cell.identity if cell.identity in ours else None)
        if known:
            before[known] += waiting
            waiting, last = [], known
            ours_source = ours[known]["source"].strip()
            if ours[known]["metadata"]["grade"]["role"] != "answer" and cell.source.strip() != ours_source:
                result.warnings.append(Warning("edited", known))
        elif cell.source.strip() and not cell.exercise:
            if len(cell.source) > MAX_CELL or number >= MAX_EXTRA_CELLS + len(ours):
                result.warnings.append(Warning("extra-dropped", cell.identity))
                continue
            grade = {"role": "extra", "exercise": ""}
            waiting.append(
                {
                    "cell_type": "code",
                    "id": f"extra-{number}",
                    "metadata": {"grade": grade},
                    "source": cell.source,
                    "outputs": [],
                    "execution_count": None,
                }
            )
    after[last] += waiting
    return before, after
