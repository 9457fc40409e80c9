"""nbval's kernel, guarded: a dead kernel is noticed at once, output is bounded, and so is the time of each cell and of the whole run."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from queue import Empty
from typing import Any, ClassVar, Literal

from nbval.kernel import RunningKernel

MAX_OUTPUT = 2 * 1024 * 1024
_STEP_SECONDS = 0.25
_INTERRUPT_SECONDS = 3.0
_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")

Reason = Literal["died", "too-much-output", "too-long", "run-too-long"]


class KernelEnded(RuntimeError):
    """The learner's kernel is gone, by itself or by this guard; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class GuardedKernel(RunningKernel):  # type: ignore[misc]
    """Replaces ``nbval.plugin.RunningKernel``; nbval looks that name up whenever it starts a kernel.

    cell_seconds: how long one cell may run. run_end: when the whole run must be over, on the monotonic clock.
    """

    cell_seconds: ClassVar[float] = 60.0
    run_end: ClassVar[float] = float("inf")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._waiting: deque[dict[str, Any]] = deque()
        self._output = 0
        self._end: float | None = None
        super().__init__(*arguments, **options)

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Begin a cell, and its time and output allowance."""
        self._output = 0
        self._waiting.clear()
        self._end = min(time.monotonic() + self.cell_seconds, self.run_end)
        return str(super().execute_cell_input(cell_input, allow_stdin))

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the reply to ``msg_id``, taking in output meanwhile.

        Raises: ``Empty`` when the cell's time is over (nbval then interrupts it), :class:`KernelEnded`.
        """
        end = self._end if self._end is not None else time.monotonic() + (timeout or self.cell_seconds)
        while True:
            self._take_output()
            try:
                message = self.kc.get_shell_msg(timeout=_STEP_SECONDS)
            except Empty:
                self._must_live()
                if time.monotonic() > end:
                    raise
                continue
            if message["parent_header"].get("msg_id") == msg_id:
                return

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """The next message, as nbval asks for it.

        Raises: ``Empty`` after ``timeout`` seconds without one, :class:`KernelEnded`.
        """
        if stream != "iopub":
            return dict(super().get_message(stream, timeout))
        silence = time.monotonic() + (timeout or 0)
        while not self._waiting:
            # A cell that swallows the interrupt and goes on printing would be read for ever.
            if self._end is not None and time.monotonic() > self._end + _INTERRUPT_SECONDS:
                self._stop_because("run-too-long" if self._end >= self.run_end else "too-long")
            try:
                self._take(self.kc.get_iopub_msg(timeout=_STEP_SECONDS))
            except Empty:
                self._must_live()
                if time.monotonic() > silence:
                    raise
        return self._waiting.popleft()

    def run_silently(self, source: str) -> None:
        """Run ``source`` without looking at its outputs; what it raises stays in the kernel."""
        identity = self.execute_cell_input(source, allow_stdin=False)
        self.await_reply(identity)
        with contextlib.suppress(Empty):
            self.await_idle(identity, _INTERRUPT_SECONDS)

    def is_alive(self) -> bool:
        """Whether the kernel's process runs."""
        return hasattr(self, "km") and bool(self.km.is_alive())

    def stop(self) -> None:
        """Kill the kernel; a second call does nothing."""
        if hasattr(self, "km"):
            super().stop()

    def _take_output(self) -> None:
        while True:
            try:
                self._take(self.kc.get_iopub_msg(timeout=0))
            except Empty:
                return

    def _take(self, message: dict[str, Any]) -> None:
        if message["msg_type"] in _OUTPUTS:
            self._output += len(str(message["content"]))
            if self._output > MAX_OUTPUT:
                self._stop_because("too-much-output")
        self._waiting.append(message)

    def _must_live(self) -> None:
        if not self.is_alive():
            raise KernelEnded("died")

    def _stop_because(self, reason: Reason) -> None:
        self.stop()
        raise KernelEnded(reason)
