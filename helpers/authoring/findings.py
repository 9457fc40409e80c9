"""What is wrong with a source or a generated file, in one line that names the place and the repair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.errors import BuildFailed


@dataclass(frozen=True)
class Finding:
    """One defect of the course's sources or generated files.

    path: the file, relative to the course's root, with ``/``.
    problem: what is wrong. repair: what to do, in the imperative.
    cell: the id of the cell, or another name of the place inside the file. line: counted from 1, 0 when unknown.
    """

    path: str
    problem: str
    repair: str
    cell: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        where = f" [{self.cell}]" if self.cell else ""
        return f"{place}:{where} {' '.join(self.problem.split())}; {' '.join(self.repair.split())}"


class Unbuildable(BuildFailed):
    """A build or a check found defects; its message is one line per finding."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))
