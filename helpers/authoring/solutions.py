"""Solution regions: what a lab's answer cell shows to the learner, and what the solution shows.

Between ``# BEGIN SOLUTION`` and ``# END SOLUTION`` stands the answer. Lines ``# STUB code`` in it are what the learner gets
instead. In a cell without any, every region becomes a ``NotImplementedError`` with the exercise's title.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal

_BEGIN = re.compile(r"^(?P<indent>\s*)#+ *BEGIN SOLUTION\s*$")
_END = re.compile(r"^\s*#+ *END SOLUTION\s*$")
_STUB = re.compile(r"^(?P<indent>\s*)# ?STUB(?: (?P<code>.*))?$")

Part = Literal["around", "begin", "solution", "stub", "end"]


class RegionError(ValueError):
    """A solution region is not balanced, or a stub line stands outside of one."""


def has_region(source: str) -> bool:
    """Whether a cell has a mark of a solution region, balanced or not."""
    return any(_BEGIN.match(line) or _END.match(line) or _STUB.match(line) for line in source.splitlines())


def solved(source: str) -> str:
    """The cell as the solution shows it: without marks and stub lines.

    Raises: ``RegionError``.
    """
    return "\n".join(line for part, line in _parts(source) if part in ("around", "solution")).strip("\n")


def unsolved(source: str, exercise: str) -> str:
    """The cell as the lab ships it: every solution line replaced.

    exercise: the title of the exercise, for the error that stops an unfinished answer.

    Raises: ``RegionError``.
    """
    message = f"{exercise}: write your answer in this cell".replace("\\", "").replace('"', "'")
    parts = list(_parts(source))
    stubbed = any(part == "stub" for part, _ in parts)
    shipped: list[str] = []
    for part, line in parts:
        if part in ("around", "stub"):
            shipped.append(line)
        elif part == "begin" and not stubbed:
            shipped.append(f'{line}raise NotImplementedError("{message}")')
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(shipped)).strip("\n")


def defects(source: str, exercise: str) -> list[tuple[str, str]]:
    """What is wrong with an answer cell, as pairs of problem and repair; empty for a good one."""
    try:
        answer, shipped = solved(source), unsolved(source, exercise)
    except RegionError as error:
        return [(str(error), "pair every # BEGIN SOLUTION with an # END SOLUTION, and keep # STUB lines between them")]
    if answer == shipped:
        return [
            ("this answer cell has no solution region", "put # BEGIN SOLUTION and # END SOLUTION around the answer")
        ]
    found: list[tuple[str, str]] = []
    for name, form in (("solution", answer), ("lab", shipped)):
        try:
            tree = ast.parse(_without_magics(form))
        except SyntaxError as error:
            found.append(
                (
                    f"in the {name} this cell is no Python ({error.msg}, line {error.lineno})",
                    "correct the code or its # STUB lines",
                )
            )
            continue
        if name == "lab":
            found.extend(_unfinished(form, tree))
    answers = {line.strip() for line in answer.splitlines()}
    for part, line in _parts(source):
        if part == "stub" and not _hole(line.strip()) and line.strip() not in answers:
            found.append(
                (
                    f"the stub line `{line.strip()}` is no line of the solution",
                    "stub only lines that the solution keeps, holes (...) or NotImplementedError",
                )
            )
    return found


def _unfinished(shipped: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """A shipped answer stops with words; a shipped handler file can be imported, and its handler stops with words."""
    if "NotImplementedError" not in shipped:
        yield (
            "the lab's stub does not stop with NotImplementedError",
            'add a line # STUB raise NotImplementedError("…") that names the task',
        )
    elif shipped.startswith("%%writefile") and any(isinstance(node, ast.Raise) for node in tree.body):
        yield (
            "the lab's handler file stops at import",
            'put the region inside the handler, or stub a handler: # STUB def lambda_handler(event, context): and # STUB     raise NotImplementedError("…")',
        )


def _hole(line: str) -> bool:
    return not line or line.startswith(("#", '"""')) or "..." in line or "NotImplementedError" in line


def _without_magics(source: str) -> str:
    """The Python of a cell: a cell magic goes, a line magic or shell line becomes ``pass``."""
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        lines = lines[1:]
    return "\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in lines)


def _parts(source: str) -> Iterator[tuple[Part, str]]:
    """Each line with its part; for ``begin`` its indentation, for ``stub`` the code as the learner sees it."""
    inside = False
    for number, line in enumerate(source.splitlines(), 1):
        begin, end, stub = _BEGIN.match(line), _END.match(line), _STUB.match(line)
        if begin:
            if inside:
                raise RegionError(f"line {number} begins a solution region inside another one")
            inside = True
            yield "begin", begin["indent"]
        elif end:
            if not inside:
                raise RegionError(f"line {number} ends a solution region that never began")
            inside = False
            yield "end", ""
        elif stub:
            if not inside:
                raise RegionError(f"line {number} is a # STUB line outside of a solution region")
            yield "stub", f"{stub['indent']}{stub['code'] or ''}".rstrip()
        else:
            yield ("solution" if inside else "around"), line
    if inside:
        raise RegionError("a solution region never ends")
