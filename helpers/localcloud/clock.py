"""Virtual time: moto and our planes read the wall clock plus an offset that only ever grows.

Durations and deadlines of running code stay real. Freezing libraries are not used because they shift every clock of the
process, and long polls and deadlines hang with them.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import types
from collections.abc import Callable

import moto.core.utils

from helpers.errors import CourseError


class VirtualClock:
    """The one clock of a local cloud.

    ``now()`` is an aware UTC datetime, ``timestamp()`` the same in seconds since 1970. ``wait_until`` and ``advanced``
    let a plane sleep until a moment of virtual time, whether it comes by itself or by ``advance``.

    before_moving: called before the clock jumps, for those who have to read something by the time at which it came.
    """

    def __init__(self) -> None:
        self.before_moving: list[Callable[[], None]] = []
        self._offset = dt.timedelta(0)
        self._moved = threading.Condition()

    @property
    def offset(self) -> dt.timedelta:
        """How far virtual time is ahead of the wall clock."""
        return self._offset

    def now(self) -> dt.datetime:
        """Virtual time as an aware UTC datetime."""
        return dt.datetime.now(dt.UTC) + self._offset

    def timestamp(self) -> float:
        """Virtual time in seconds since 1970."""
        return time.time() + self._offset.total_seconds()

    def steady(self) -> float:
        """Seconds that real time and ``advance`` add to, and a correction of the computer's clock does not: for differences."""
        return time.monotonic() + self._offset.total_seconds()

    @staticmethod
    def check_step(seconds: float) -> None:
        """Refuse a step that is no number, goes back, or is longer than ten years.

        Raises: ``CourseError``.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 315_576_000:
            raise CourseError(
                f"the clock moves forward by 0 to 315576000 seconds (ten years), not by {seconds!r}: give a number in that range"
            )

    def advance(self, seconds: float) -> dt.datetime:
        """Move virtual time forward by ``seconds`` (0 or more, at most ten years) and wake all who wait for it.

        This is one jump; ``travel.travel`` lets everything happen that falls due on the way.
        Raises: ``CourseError`` for a step back, for no number, and for a step over ten years.
        """
        self.check_step(seconds)
        for listener in self.before_moving:
            listener()
        with self._moved:
            self._offset += dt.timedelta(seconds=seconds)
            self._moved.notify_all()
        return self.now()

    def wait_until(self, moment: float, cancelled: threading.Event) -> bool:
        """Block until virtual time reaches ``moment`` (seconds since 1970).

        Returns ``False`` if ``cancelled`` was set first; whoever sets it calls ``wake()``.
        """
        with self._moved:
            while not cancelled.is_set():
                remaining = moment - self.timestamp()
                if remaining <= 0:
                    return True
                self._moved.wait(remaining)
        return False

    def wake(self) -> None:
        """Let everyone in ``wait_until`` look at the clock and at their cancellation again."""
        with self._moved:
            self._moved.notify_all()


def install(clock: VirtualClock) -> None:
    """Make moto read ``clock``: nearly all of its timestamps come from one name in ``moto.core.utils``."""

    class ShiftedDatetime(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime.now(tz) + clock.offset

        @classmethod
        def utcnow(cls) -> dt.datetime:  # type: ignore[override]
            return dt.datetime.now(dt.UTC).replace(tzinfo=None) + clock.offset

    names = {name: getattr(dt, name) for name in dir(dt) if not name.startswith("__")}
    moto.core.utils.datetime = types.SimpleNamespace(**{**names, "datetime": ShiftedDatetime})  # type: ignore[assignment]
