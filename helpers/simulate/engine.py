"""The simulation itself: every request in the order of time, one event after another.

A general library (simpy) makes a generator of each request. Here a request is two operations on a heap, or a place in an array where many can be served at once (``bulk``).
``bench/simulate.py`` measures all of it on the same model.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count

import numpy as np

from helpers.errors import CourseError
from helpers.simulate import bulk
from helpers.simulate.again import Waiting, first_attempts
from helpers.simulate.buckets import TokenBucket
from helpers.simulate.capacity import Capacity
from helpers.simulate.draws import Draws
from helpers.simulate.models import System
from helpers.simulate.results import MOST_INTERVALS, SERVED, THROTTLED, Ending, Floats, Recorder, Result
from helpers.simulate.traffic import Traffic

_FEW, _MANY = 200, 16_384
_RATE_PER_CONCURRENCY = 10
_WARM, _COLD, _PROVISIONED = SERVED

_Asking = tuple[float, Ending, int]  # when the function began, with what environment, and how many were at work


def simulate(system: System, traffic: Traffic, *, seed: int = 22, interval: float | None = None) -> Result:
    """Play ``traffic`` through ``system``; the same seed gives the same result, to the last digit.

    interval: seconds of one row of the result; chosen by itself so that there are at most 1,440.
    Raises: ``CourseError`` for an interval that would make more rows than that, and for a seed that is none.
    """
    if not isinstance(seed, int) or seed < 0:
        raise CourseError(f"a seed of {seed!r} is impossible: give a whole number, 0 or more")
    fitting = max(1.0, traffic.seconds / MOST_INTERVALS)
    chosen = fitting if interval is None else interval
    if not chosen > 0 or traffic.seconds / chosen > 10 * MOST_INTERVALS:
        raise CourseError(f"an interval of {chosen} s does not fit {traffic.seconds:g} s: try {fitting:g}")
    _, *others = (np.random.Generator(np.random.PCG64(one)) for one in np.random.SeedSequence(seed).spawn(4))
    recorder = Recorder(traffic.seconds, chosen, system.function.provisioned)
    run = _Run(system, recorder, *others)
    for moments in traffic.moments(seed):
        recorder.arrivals(moments)
        run.play(moments)
    run.finish()
    return Result(recorder, traffic.seconds, seed)


class _Run:
    """The state of one simulation."""

    def __init__(
        self,
        system: System,
        recorder: Recorder,
        durations: np.random.Generator,
        inits: np.random.Generator,
        pauses: np.random.Generator,
    ) -> None:
        function = system.function
        self._system = system
        self._recorder = recorder
        self._limit = function.limit
        self._api = TokenBucket(system.api.rate, system.api.burst) if system.api else None
        most = self._limit * _RATE_PER_CONCURRENCY
        self._rate = TokenBucket(most, max(most, 1))
        self._growth = TokenBucket(function.scaling_rate / 10, function.scaling_rate)
        self._durations = Draws(function.duration, durations)
        self._inits = Draws(function.init, inits)
        self._pauses = Draws(_Half(), pauses)
        self._capacity = Capacity(system.table, recorder) if system.table else None
        self._busy: list[float] = []  # when each environment on demand will be free
        self._busy_provisioned: list[float] = []
        self._idle: deque[float] = deque()  # since when each warm environment is, the latest last
        self._at_table = 0  # at work, and not yet known until when
        # When, in which order, the first attempt of its request, how many there were, and for a function that asks its table again what it asks for.
        self._later: list[tuple[float, int, float, int, _Asking | None]] = []
        self._numbers = count()
        self._waiting = Waiting()  # the same while requests are served in bulk
        # Of each attempt that was let in: when it began and ended, since when its request waits, how it ended, and how many were at work.
        self._let_in: tuple[list[float], list[float], list[float], list[int], list[int]] = ([], [], [], [], [])
        self._refused: dict[Ending, list[float]] = {why: [] for why in THROTTLED}
        self._given_up: list[float] = []

    def play(self, moments: Floats) -> None:
        """Requests that arrive, in order: in bulk where nothing but the function's own limits can matter, else one by one."""
        system = self._system
        if system.api or system.table or system.function.provisioned:
            self._one_by_one(moments.tolist())
            return
        for piece in _pieces(moments, system.function.keep_seconds / 2):
            rest = self._in_bulk(piece) if len(piece) >= _FEW else piece
            if len(rest):
                self._one_by_one(rest.tolist())

    def finish(self) -> None:
        """Let everything end that has begun."""
        self._one_by_one([math.inf])

    def _in_bulk(self, moments: Floats) -> Floats:
        """Serve requests in bulk: all of them, or as many as come before somebody who is turned away can ask again, and so on. Returns those that are left."""
        client, waiting = self._system.client, self._waiting
        if self._later:
            waiting.put(np.array([(moment, first, attempt) for moment, _, first, attempt, _ in sorted(self._later)]).T)
            self._later.clear()
        if waiting.earliest == math.inf and self._serve(first_attempts(moments), turns_away=not client.retries):
            return moments[:0]
        while client.retries and len(moments):
            first = min(waiting.earliest, moments[0])
            count = int(np.searchsorted(moments, first + client.backoff * _Half.least))
            if count < min(_FEW, len(moments)) or not self._serve(waiting.merged(moments[:count]), turns_away=True):
                break
            waiting.drop(moments[count - 1])
            moments = moments[count:]
        return moments

    def _serve(self, attempts: Floats, *, turns_away: bool) -> bool:
        served = bulk.serve(
            attempts[0],
            self._busy,
            self._idle,
            limit=self._limit,
            turns_away=turns_away,
            keep=self._system.function.keep_seconds,
            rate=self._rate,
            growth=self._growth,
            durations=self._durations,
            inits=self._inits,
        )
        if served is None:
            return False
        endings = np.full(len(attempts[0]), Ending.CONCURRENCY, dtype=np.int64)
        endings[served.places] = Ending.WARM
        endings[served.places[served.cold]] = Ending.COLD
        begun, firsts, _ = attempts[:, served.places]
        recorder = self._recorder
        recorder.attempts(attempts[0], endings)
        recorder.served(begun, served.ends - firsts, served.levels)
        recorder.work(begun, served.ends)
        self._put_off(np.delete(attempts, served.places, axis=1))
        return True

    def _put_off(self, refused: Floats) -> None:
        """Attempts that found no room: what ``_refuse`` does to one."""
        client = self._system.client
        gone = refused[2] >= client.retries
        self._recorder.without_answer(refused[1, gone])
        moments, firsts, attempts = refused[:, ~gone]
        pauses = np.ldexp(client.backoff, attempts.astype(np.int64)) * self._pauses.peek(len(moments))
        self._pauses.skip(len(moments))
        self._waiting.put(np.stack((moments + pauses, firsts, attempts + 1)))

    def _one_by_one(self, moments: list[float]) -> None:
        """Each arrival, and before it all that was put off until then. One long loop over names of its own: a call for each step would take most of the time."""
        system = self._system
        function, api, capacity, limit = system.function, self._api, self._capacity, self._limit
        keep, provisioned = function.keep_seconds, function.provisioned
        only_on_demand = capacity is None and not provisioned
        busy, busy_provisioned, idle, later = self._busy, self._busy_provisioned, self._idle, self._later
        most, rate = self._rate.size, self._rate.rate
        tokens, seen = self._rate.tokens, self._rate.moment
        lengths = self._durations.stock
        for moment, first, attempt in self._waiting.take():
            self._later_at(moment, first, attempt, None)
        begun, ends, firsts, endings, levels = self._let_in
        refuse = self._refuse
        for arriving in moments:
            coming = True
            while coming:
                if later and later[0][0] <= arriving:
                    moment, _, first, attempt, asking = heappop(later)
                    if asking:
                        self._ask_table(moment, first, attempt, asking)
                        continue
                elif arriving < math.inf:
                    moment = first = arriving
                    attempt = 0
                    coming = False
                else:
                    break
                if api and not api.take(moment):
                    refuse(Ending.API, moment, first, attempt)
                    continue
                while busy and busy[0] <= moment:
                    idle.append(heappop(busy))
                level = len(busy)
                if not only_on_demand:
                    while busy_provisioned and busy_provisioned[0] <= moment:
                        heappop(busy_provisioned)
                    level += len(busy_provisioned) + self._at_table
                if level >= limit:
                    refuse(Ending.CONCURRENCY, moment, first, attempt)
                    continue
                tokens += (moment - seen) * rate
                seen = moment
                if tokens > most:
                    tokens = most
                if tokens < 1:
                    refuse(Ending.RATE, moment, first, attempt)
                    continue
                tokens -= 1
                begin, where, ending = moment, busy, _WARM
                if len(busy_provisioned) < provisioned:
                    where, ending = busy_provisioned, _PROVISIONED
                elif idle and moment - idle[-1] <= keep:
                    idle.pop()
                elif self._growth.take(moment):
                    idle.clear()
                    ending = _COLD
                    begin += self._inits.next()
                else:
                    refuse(Ending.SCALING, moment, first, attempt)
                    continue
                if capacity:
                    self._at_table += 1
                    self._later_at(begin, first, 0, (moment, ending, level + 1))
                    continue
                if not lengths:
                    self._durations.fill()
                end = begin + lengths.pop()
                heappush(where, end)
                if ending is _PROVISIONED:
                    self._recorder.provisioned_seconds += end - moment
                begun.append(moment)
                ends.append(end)
                firsts.append(first)
                endings.append(ending)
                levels.append(level + 1)
        self._rate.set(tokens, seen)
        self._hand_over()

    def _ask_table(self, moment: float, first: float, attempt: int, asking: _Asking) -> None:
        """The function's write or read, and again after a pause when the table refuses."""
        capacity, table = self._capacity, self._system.table
        assert capacity and table
        accepted = capacity.take(moment)
        if not accepted and attempt < table.retries:
            pause = table.backoff * 2**attempt * self._pauses.next()
            self._later_at(moment + pause, first, attempt + 1, asking)
            return
        self._at_table -= 1
        end = moment + (self._durations.next() if accepted else 0.0)
        began, ending, level = asking
        if ending is _PROVISIONED:
            self._recorder.provisioned_seconds += end - began
        heappush(self._busy_provisioned if ending is _PROVISIONED else self._busy, end)
        begun, ends, firsts, endings, levels = self._let_in
        begun.append(began)
        ends.append(end)
        firsts.append(first)
        endings.append(ending if accepted else Ending.TABLE)
        levels.append(level)
        if not accepted:
            self._given_up.append(first)

    def _refuse(self, why: Ending, moment: float, first: float, attempt: int) -> None:
        self._refused[why].append(moment)
        client = self._system.client
        if attempt >= client.retries:
            self._given_up.append(first)
            return
        self._later_at(moment + client.backoff * 2**attempt * self._pauses.next(), first, attempt + 1, None)

    def _later_at(self, moment: float, first: float, attempt: int, asking: _Asking | None) -> None:
        heappush(self._later, (moment, next(self._numbers), first, attempt, asking))

    def _hand_over(self) -> None:
        """Give the recorder what has been noted."""
        recorder = self._recorder
        for why, refused in self._refused.items():
            if refused:
                recorder.attempts(np.asarray(refused), np.full(len(refused), why, dtype=np.int64))
                refused.clear()
        if self._given_up:
            recorder.without_answer(np.asarray(self._given_up))
            self._given_up.clear()
        if self._let_in[0]:
            begun, ends, firsts = (np.asarray(noted) for noted in self._let_in[:3])
            endings, levels = (np.asarray(noted, dtype=np.int64) for noted in self._let_in[3:])
            for noted in self._let_in:
                noted.clear()
            served = endings <= max(SERVED)
            recorder.attempts(begun, endings)
            recorder.served(begun[served], (ends - firsts)[served], levels[served])
            recorder.work(begun, ends)


class _Half:
    """The random half of a pause: from one half of it to all."""

    least, mean = 0.5, 0.75

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        """``count`` shares of a pause."""
        return self.least + random.random(count) / 2


def _pieces(moments: Floats, seconds: float) -> Iterator[Floats]:
    """``moments`` in pieces that last less than ``seconds``, and are small enough for a limit that is touched to spoil only a few."""
    first = 0
    while first < len(moments):
        last = first + int(np.searchsorted(moments[first : first + _MANY], moments[first] + seconds))
        yield moments[first : max(last, first + 1)]
        first = max(last, first + 1)
