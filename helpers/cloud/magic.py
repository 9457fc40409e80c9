"""``%%real_aws``: a cell that runs on a real account, or on another server, and on nothing unless the learner asked for it.

The cell's body is plain boto3. While it runs, environment, boto3's default session and the offline guard point at the target and the
recorder watches; afterwards everything is as before. Clients live on one side only: those of the local cloud cannot be used inside such a
cell, and those of the cell come back in the next one, never outside.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from helpers.cloud import session
from helpers.errors import TargetRefused

if TYPE_CHECKING:
    from helpers.cloud.recorder import Recorder
    from helpers.cloud.targets import Target

Side = tuple[str, str, str | None]

_SKIPPED = {
    "en": "Skipped: this cell is for real AWS. To run it, start the course with COURSE_TARGET=aws (or COURSE_TARGET=endpoint).",
    "pt-BR": "Pulada: esta célula é para a AWS de verdade. Para executá-la, inicie o curso com COURSE_TARGET=aws (ou COURSE_TARGET=endpoint).",
}


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise TargetRefused(f'%%real_aws: {message}; its only option is --cost "about US$0.01"')


def register(shell: Any) -> None:
    """Give an IPython shell the cell magic ``%%real_aws``; calling it again changes nothing."""
    if "real_aws" in shell.magics_manager.magics["cell"]:
        return
    cells = _Cells(shell)

    def real_aws(line: str, cell: str) -> Any:
        """%%real_aws [--cost "about US$0.01"]: run this cell on real AWS if COURSE_TARGET says so."""
        return cells.run(line, cell)

    real_aws._ipython_magic_no_var_expand = True  # type: ignore[attr-defined]  # IPython would read "US$0" as a variable
    shell.register_magic_function(real_aws, "cell", "real_aws")


class _Cells:
    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._recorders: dict[Side, Recorder] = {}
        self._clients: dict[Side, dict[str, Any]] = {}

    def run(self, line: str, cell: str) -> Any:
        parser = _Arguments(prog="%%real_aws", add_help=False)
        parser.add_argument("--cost", default="")
        try:
            cost = parser.parse_args(shlex.split(line)).cost
        except ValueError as error:
            raise TargetRefused(
                f'%%real_aws: {error}; write the estimate in quotes, such as --cost "about US$0.01"'
            ) from None

        from helpers.cloud import targets

        kind = targets.chosen()
        if kind is None:
            print(_SKIPPED.get(session.language(), _SKIPPED["en"]))
            return None
        body = self.shell.transform_ast(self.shell.compile.ast_parse(self.shell.transform_cell(cell)))
        _refuse_commands(body)
        target = targets.find(kind)
        targets.confirm(target, cost)
        with self._inside(target):
            return self._execute(body, cell)

    @contextmanager
    def _inside(self, target: Target) -> Iterator[None]:
        from helpers.cloud import targets
        from helpers.cloud.recorder import Recorder

        side = (target.kind, target.account, target.endpoint_url)
        recorder = self._recorders.setdefault(side, Recorder(target))
        notebook = os.environ.get("COURSE_NOTEBOOK", "none")
        lesson = (re.findall(r"\d+", notebook) or ["none"])[0]
        with (
            targets.entered(target),
            recorder.recording(target, lesson=lesson, notebook=notebook),
            self._own_clients(side),
        ):
            yield

    @contextmanager
    def _own_clients(self, side: Side) -> Iterator[None]:
        names = self.shell.user_ns
        local = {name: value for name, value in names.items() if _reaches_a_cloud(value)}
        names.update({name: _Elsewhere(name) for name in local})
        names.update(self._clients.get(side, {}))
        try:
            yield
        finally:
            inside = {name: value for name, value in names.items() if _reaches_a_cloud(value)}
            self._clients[side] = inside
            for name in [name for name, value in names.items() if name in inside or isinstance(value, _Elsewhere)]:
                del names[name]
            names.update({name: value for name, value in local.items() if name not in names})

    def _execute(self, body: ast.Module, cell: str) -> Any:
        """Run the cell's statements in the notebook's namespace; the value of a last expression is the cell's."""
        name = self.shell.compile.cache(cell, self.shell.execution_count)
        last = body.body.pop() if body.body and isinstance(body.body[-1], ast.Expr) else None
        exec(self.shell.compile(body, name, "exec"), self.shell.user_ns)
        if isinstance(last, ast.Expr):
            return eval(self.shell.compile(ast.Expression(last.value), name, "eval"), self.shell.user_ns)
        return None


class _Elsewhere:
    """Stands in a real-AWS cell for a client that was made for the local cloud."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        raise TargetRefused(
            f"`{self._name}` belongs to the local cloud: make a client of its own in this cell, such as {self._name} = boto3.client(...)"
        )


def _reaches_a_cloud(value: object) -> bool:
    from boto3.resources.base import ServiceResource
    from boto3.session import Session
    from botocore.client import BaseClient

    return isinstance(value, BaseClient | ServiceResource | Session)


def _refuse_commands(body: ast.Module) -> None:
    """Shell commands would work on the account without being recorded."""
    for node in ast.walk(body):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("system", "getoutput", "run_cell_magic")
            and ast.unparse(node.value) == "get_ipython()"
        ):
            raise TargetRefused(
                "a %%real_aws cell holds plain boto3 only: take out its shell commands and cell magics, they could not be recorded and cleaned up"
            )
