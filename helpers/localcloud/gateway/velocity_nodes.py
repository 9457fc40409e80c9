"""What a template is made of once it was read: functions that write text (nodes), and what one rendering carries with it.

Source: https://velocity.apache.org/engine/1.7/user-guide.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from helpers.localcloud.gateway.velocity_values import LONGEST, Refusal, bounded, printed

MOST_ROUNDS = 1_000
MOST_STEPS = 1_000_000
MOST_SECONDS = 5.0
MOST_MADE = 10 * LONGEST


class TemplateError(Exception):
    """A template cannot be read or rendered. line, column: where, from 1. sentence: what is wrong."""

    def __init__(self, sentence: str, source: str, at: int) -> None:
        self.sentence = sentence
        self.line = source.count("\n", 0, at) + 1
        self.column = at - source.rfind("\n", 0, at)
        super().__init__(f"line {self.line}, column {self.column}: {sentence}")


class Stop(Exception):
    """``#stop`` was reached."""


class Break(Exception):
    """``#break`` was reached."""


class Run:
    """One rendering: its variables and what it has cost so far."""

    __slots__ = ("variables", "steps", "length", "_made", "_ends")

    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables
        self.steps = 0
        self.length = 0
        self._made = 0
        self._ends = time.thread_time() + MOST_SECONDS

    def step(self, count: int = 1) -> None:
        """Count work that is about to be done.

        Raises: ``Refusal`` when it is too much, or takes too long.
        """
        self.steps += count
        if self.steps > MOST_STEPS:
            raise Refusal(f"the template takes more than {MOST_STEPS:,} steps")
        if time.thread_time() > self._ends:
            raise Refusal(f"the template takes longer than {MOST_SECONDS:.0f} s")

    def made(self, value: Any) -> Any:
        """The value itself, once its memory was counted.

        Raises: ``Refusal`` when a template made too much.
        """
        if isinstance(value, str):
            self._made += len(value)
        elif isinstance(value, list | dict):
            self._made += 8 * len(value)
        if self._made > MOST_MADE:
            raise Refusal("the template makes more than 100 MB of values")
        return value

    def grow(self, words: str) -> None:
        """Count text that was written.

        Raises: ``Refusal`` when it is more than the largest payload.
        """
        self.length += len(words)
        if self.length > LONGEST:
            raise Refusal("the text grew past 10 MB, the largest payload of API Gateway")


Node = Callable[[Run, list[str]], None]
Expression = Callable[[Run], Any]


class Define:
    """A block that ``#define`` named: it is rendered where its name stands."""

    def __init__(self, body: Node) -> None:
        self.body = body


def literal(words: str) -> Node:
    """Text as it stands."""

    def node(run: Run, out: list[str]) -> None:
        run.grow(words)
        out.append(words)

    return node


def sequence(nodes: list[Node]) -> Node:
    """One node after the other."""
    if len(nodes) == 1:
        return nodes[0]

    def node(run: Run, out: list[str]) -> None:
        run.step(len(nodes))
        for one in nodes:
            one(run, out)

    return node


def resolved(run: Run, value: Any) -> Any:
    """A value, or the text of the block that a ``#define`` named."""
    if not isinstance(value, Define):
        return value
    run.step()
    out: list[str] = []
    value.body(run, out)
    return bounded("".join(out))


def rounds_of(values: Any) -> list[Any]:
    """What ``#foreach`` goes through: the elements of a list, the values of a map, nothing else."""
    if isinstance(values, dict):
        return list(values.values())
    return list(values) if isinstance(values, list) else []


def placed(node: Node, source: str, at: int) -> Node:
    """The node, with its place in the error when it cannot be rendered."""

    def tried(run: Run, out: list[str]) -> None:
        try:
            node(run, out)
        except RecursionError:
            raise TemplateError("a value or a #define contains itself", source, at) from None
        except Refusal as refusal:
            raise TemplateError(str(refusal), source, at) from None

    return tried


def printing(value: Expression) -> Node:
    """A reference in the text: what it is worth is printed."""

    def node(run: Run, out: list[str]) -> None:
        found = value(run)
        if isinstance(found, Define):
            run.step()
            found.body(run, out)
            return
        words = printed(found)
        run.grow(words)
        out.append(words)

    return node


def looping(name: str, values: Expression, body: Node) -> Node:
    """``#foreach``: the body for each value, with ``$foreach``, ``$velocityCount`` and ``$velocityHasNext``."""
    kept = (name, "foreach", "velocityCount", "velocityHasNext")

    def node(run: Run, out: list[str]) -> None:
        rounds = rounds_of(values(run))
        before = {one: run.variables[one] for one in kept if one in run.variables}
        try:
            for index, value in enumerate(rounds[:MOST_ROUNDS]):
                run.step()
                more = index + 1 < len(rounds)
                told = {"count": index + 1, "index": index, "hasNext": more, "first": index == 0, "last": not more}
                if "foreach" in before:
                    told["parent"] = before["foreach"]
                run.variables.update(
                    {name: value, "velocityCount": index + 1, "velocityHasNext": more, "foreach": told}
                )
                body(run, out)
        except Break:
            pass
        finally:
            for one in kept:
                run.variables.pop(one, None)
            run.variables.update(before)

    return node
