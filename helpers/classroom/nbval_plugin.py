"""A pytest plugin beside nbval, which runs a rebuilt notebook cell by cell.

A check cell is not run in the learner's kernel at all: where one stands, the judge looks at the account. So it does not matter what a
learner's cell did to the kernel, to boto3 or to ``helpers.check``.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from typing import Any

import nbval.plugin
import pytest

from helpers.classroom.kernel import GuardedKernel, KernelEnded

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 300

CellProblem = dict[str, str]


class CellRunner:
    """The plugin.

    judge: called with an exercise where its check cell stands.
    report: called with a problem for every cell that did not end well.
    prelude: run in a kernel that replaces a dead one, before the course's own cells that came so far are run in it again.
    """

    def __init__(self, judge: Callable[[str], None], report: Callable[[CellProblem], None], prelude: str) -> None:
        self._judge = judge
        self._report = report
        self._prelude = prelude
        self._given: list[str] = []
        self.broken = ""

    def pytest_configure(self) -> None:
        nbval.plugin.RunningKernel = GuardedKernel

    def pytest_itemcollected(self, item: Any) -> None:
        """Only the course decides how a cell is run; marks such as ``# NBVAL_SKIP`` in a learner's cell mean nothing."""
        item.options = defaultdict(bool)
        grade = item.cell.metadata["grade"]
        if grade["role"] == "check":
            item.runtest = lambda: self._judge(grade["exercise"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: Any) -> None:
        file = item.parent
        file.timed_out = False
        if item.cell.metadata["grade"]["role"] == "check" or file.kernel is None:
            return
        if time.monotonic() > GuardedKernel.run_end:
            raise KernelEnded("run-too-long")
        if not file.kernel.is_alive():
            file.kernel = GuardedKernel(item.config.option.nbval_kernel_name, cwd=str(file.path.parent))
            for source in (self._prelude, *self._given):
                file.kernel.run_silently(source)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: Any, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        grade = item.cell.metadata["grade"]
        if call.when == "call" and grade["role"] == "given":
            self._given.append(item.cell.source)
        if call.excinfo is not None and call.when == "setup" and not isinstance(call.excinfo.value, KernelEnded):
            self.broken = str(call.excinfo.value) or type(call.excinfo.value).__name__
        elif call.excinfo is not None and call.when != "teardown" and grade["role"] != "check":
            self._report(
                {
                    "role": grade["role"],
                    "exercise": grade["exercise"],
                    "cell": item.cell.get("id", ""),
                    **_problem(item, call.excinfo.value),
                }
            )
        return report


def _problem(item: Any, error: BaseException) -> CellProblem:
    """Why a cell did not end well, as a code and the learner's own exception."""
    if isinstance(error, KernelEnded):
        return {"code": error.reason, "detail": ""}
    raised = [output for output in item.test_outputs or [] if "ename" in output]
    if item.parent.timed_out:
        return {"code": "too-long", "detail": ""}
    if raised:
        name, value = str(raised[-1]["ename"]), _ANSI.sub("", str(raised[-1]["evalue"]))
        return {
            "code": "unfinished" if name == "NotImplementedError" else "raised",
            "detail": f"{name}: {value}"[:_LONGEST],
        }
    return {"code": "failed", "detail": _ANSI.sub("", str(error))[:_LONGEST]}
