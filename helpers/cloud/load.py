"""Load: requests at the moments that a traffic shape says, whether the answers come or not.

The generator is open-loop: it does not wait for an answer before it sends the next request, because customers do not either. Each latency counts
from the moment at which its request was due, so that a slow answer is not hidden by the requests that it held up (*coordinated omission*).
"""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from helpers.errors import CourseError
from helpers.simulate.traffic import Traffic

if TYPE_CHECKING:
    import pandas as pd

MOST_REQUESTS = 200_000
_TICK = 0.001

Body = bytes | str | Mapping[str, Any] | Callable[[int], Any] | None


@dataclass(frozen=True)
class Sample:
    """One request. due, sent: seconds from the start. seconds: from ``due`` to the end of the answer. status: 0 when there was none."""

    due: float
    sent: float
    seconds: float
    status: int
    error: str = ""


@dataclass(frozen=True)
class LoadResult:
    """What was measured. asked: how many requests the traffic had until the end, or until it was stopped. skipped: those that were due while ``most_open``
    others were open; nobody sent them.
    """

    samples: tuple[Sample, ...]
    asked: int
    skipped: int
    seconds: float
    stopped: bool

    @property
    def frame(self) -> pd.DataFrame:
        """One row a request: ``due`` and ``sent`` in seconds from the start, ``ms`` from due to answered, ``status``, ``error``."""
        import pandas as pd

        return pd.DataFrame(
            {
                "due": [one.due for one in self.samples],
                "sent": [one.sent for one in self.samples],
                "ms": [one.seconds * 1000 for one in self.samples],
                "status": [one.status for one in self.samples],
                "error": [one.error for one in self.samples],
            }
        )

    @property
    def statuses(self) -> dict[int, int]:
        """How often each status came; 0 is no answer."""
        return dict(sorted(Counter(one.status for one in self.samples).items()))

    def percentile(self, percent: float, status: int | None = None) -> float:
        """A latency in ms that ``percent`` of the answers stay below; NaN without answers. status: only of answers with it."""
        chosen = [one.seconds for one in self.samples if one.status and status in (None, one.status)]
        return float(np.percentile(chosen, percent)) * 1000 if chosen else math.nan

    @property
    def late_ms(self) -> float:
        """How late the generator itself was, at its 99th percentile: when this is large, this computer was too slow for the load."""
        return (
            float(np.percentile([one.sent - one.due for one in self.samples], 99)) * 1000 if self.samples else math.nan
        )

    def __repr__(self) -> str:
        said = ", ".join(f"{status or 'no answer'}: {count}" for status, count in self.statuses.items())
        tail = f"; {self.skipped} not sent, too many were open" if self.skipped else ""
        tail += f"; the generator was {self.late_ms:.0f} ms late" if self.late_ms > 100 else ""
        return (
            f"{len(self.samples)} requests in {self.seconds:.1f} s{' (stopped)' if self.stopped else ''}: {said or 'none'}; "
            f"p50 {self.percentile(50):.0f} ms, p99 {self.percentile(99):.0f} ms{tail}"
        )


class Load:
    """A load on one URL, running in a thread of its own until its traffic is over or ``stop`` is called.

    traffic: in real seconds. method, headers: of each request. body: the same for all, or a function of the request's number (0, 1, 2 …) that makes it;
    anything but text and bytes is sent as JSON. timeout: seconds for one answer. most_open: requests that may be open at once. seed: of the moments.
    Raises: ``CourseError`` for traffic of more than 200,000 requests, a URL that is none, and limits that cannot be.
    """

    def __init__(
        self,
        url: str,
        traffic: Traffic,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        timeout: float = 30.0,
        most_open: int = 500,
        seed: int = 22,
    ) -> None:
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise CourseError(f"{url!r} is no URL: give the address of an API, such as invoke_url(api_id, 'prod')")
        if not isinstance(traffic, Traffic):
            raise CourseError(f"{traffic!r} is no traffic: give a shape, such as constant(10, 5)")
        if isinstance(most_open, bool) or not isinstance(most_open, int) or most_open < 1:
            raise CourseError(f"most_open of {most_open!r} is impossible: give a whole number, 1 or more")
        if not timeout > 0:
            raise CourseError(f"a timeout of {timeout} s is impossible: give more than 0")
        if traffic.expected > MOST_REQUESTS:
            raise CourseError(
                f"about {traffic.expected:,.0f} requests are more than one computer should make ({MOST_REQUESTS:,}): simulate them"
            )
        self.traffic = traffic
        self._url, self._method = url, method
        self._headers, self._body = dict(headers or {}), body
        self._timeout, self._most_open, self._seed = timeout, most_open, seed
        self._samples: list[Sample] = []
        self._asked = self._skipped = 0
        self._stop = threading.Event()
        self._began = 0.0
        self._ended: float | None = None
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="load", daemon=True)

    def start(self) -> Load:
        """Begin; returns at once.

        Raises: ``CourseError`` when it has begun before.
        """
        if self._began:
            raise CourseError("this load has begun already: make another one for another measurement")
        self._began = time.perf_counter()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Send no more; what is open is waited for."""
        self._stop.set()

    @property
    def running(self) -> bool:
        """Whether it has begun and not yet ended."""
        return self._thread.is_alive()

    @property
    def progress(self) -> float:
        """The share of its time that has passed, 0 to 1."""
        return min(1.0, (time.perf_counter() - self._began) / self.traffic.seconds) if self.running else 1.0

    def result(self) -> LoadResult:
        """Wait for the end and say what was measured; an interrupt (the kernel's stop button) ends the load first.

        Raises: what went wrong in the generator itself, such as a ``body`` function that raised; ``CourseError`` when nothing has begun.
        """
        if not self._began:
            raise CourseError("this load has not begun, so that there is nothing to tell: call start() first")
        try:
            while self.running:
                self._thread.join(0.1)
        except KeyboardInterrupt:
            self.stop()
            self._thread.join()
        if self._problem:
            raise self._problem
        return self.so_far()

    def so_far(self) -> LoadResult:
        """What has been measured up to now."""
        seconds = (self._ended or time.perf_counter()) - self._began
        ordered = sorted(self._samples, key=lambda one: one.due)
        return LoadResult(tuple(ordered), self._asked, self._skipped, seconds, self._stop.is_set())

    def _work(self) -> None:
        try:
            asyncio.run(self._send_all())
        except BaseException as problem:
            self._problem = problem
        finally:
            self._ended = time.perf_counter()

    async def _send_all(self) -> None:
        moments = np.concatenate([*self.traffic.moments(self._seed), np.empty(0)])
        limits = httpx.Limits(max_connections=self._most_open, max_keepalive_connections=self._most_open)
        async with httpx.AsyncClient(timeout=self._timeout, limits=limits, trust_env=False) as client:
            open_ones: set[asyncio.Task[None]] = set()
            self._began = time.perf_counter()
            for number, due in enumerate(moments.tolist()):
                while (wait := self._began + due - time.perf_counter()) > _TICK and not self._stop.is_set():
                    await asyncio.sleep(min(wait, 0.1))
                if self._stop.is_set():
                    break
                self._asked += 1
                if len(open_ones) >= self._most_open:
                    self._skipped += 1
                    await asyncio.sleep(0)
                    continue
                task = asyncio.create_task(self._send(client, self._request(client, number), due))
                open_ones.add(task)
                task.add_done_callback(open_ones.discard)
            if open_ones:
                await asyncio.wait(open_ones)

    def _request(self, client: httpx.AsyncClient, number: int) -> httpx.Request:
        body = self._body(number) if callable(self._body) else self._body
        headers = dict(self._headers)
        if body is not None and not isinstance(body, bytes | str):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        return client.build_request(self._method, self._url, headers=headers, content=body)

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request, due: float) -> None:
        sent = time.perf_counter() - self._began
        status, error = 0, ""
        try:
            status = (await client.send(request)).status_code
        except httpx.HTTPError as problem:
            error = type(problem).__name__
        self._samples.append(Sample(due, sent, time.perf_counter() - self._began - due, status, error))
