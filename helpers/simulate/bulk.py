"""Many requests at once: the same steps as the engine takes one by one, as arithmetic on whole arrays.

How many are at work when a request comes follows from counting those that came and those that ended; a request is cold when that number is higher than it has
been since the environments that would be left have gone cold. Where the concurrency is used up, who finds room depends on who found room before: only that is
decided one after another, in a loop that does nothing else. A piece in which another limit is touched is given back, and the engine plays it request by request.
Both roads give the same numbers, which the tests hold.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace

import numpy as np

from helpers.simulate.buckets import TokenBucket
from helpers.simulate.draws import Draws
from helpers.simulate.results import Floats, Integers

_MOST_ROUNDS = 8
_NEARLY = 0.98  # of the limit at work: this piece will touch it


@dataclass
class Served:
    """A piece in which every request was served or found no room.

    places: which were served. ends: when these were. cold: which of these began with a cold start. levels: how many were at work, itself included, when each came.
    """

    places: Integers
    ends: Floats
    cold: Integers
    levels: Integers


def serve(
    moments: Floats,
    busy: list[float],
    idle: deque[float],
    *,
    limit: int,
    turns_away: bool,
    keep: float,
    rate: TokenBucket,
    growth: TokenBucket,
    durations: Draws,
    inits: Draws,
) -> Served | None:
    """Serve ``moments``, and leave the state as the engine would; ``None``, with the state untouched, when the piece needs the engine.

    busy: when each environment at work will be free. idle: since when each warm one is, the latest last. keep: how long it stays, in seconds.
    turns_away: whether a request that finds no room does not come back within the piece.
    """
    while idle and moments[0] - idle[0] > keep:
        idle.popleft()
    working = np.sort(np.asarray(busy))
    first = min(moments[0], working[0]) if len(working) else moments[0]
    lengths = durations.peek(len(moments))
    if moments[-1] - first > keep or not lengths.all():
        return None
    known = np.asarray(idle)
    room = _room_for_all(moments, working, known, lengths, inits, limit, keep)
    places = np.arange(len(moments))
    if room is None:
        if not turns_away or (len(known) and moments[-1] - known[0] > keep):
            return None
        places, ends, cold = _room_in_turn(moments, working, len(known), lengths, inits, limit)
        if not len(places):
            return Served(places, ends, cold, cold)
        moments = moments[places]
        room = ends, cold, _levels(moments, ends, working)
    ends, cold, levels = room
    left = rate.after(moments)
    grown = growth.after(moments[cold])
    if left is None or grown is None:
        return None
    rate.set(left, float(moments[-1]))
    if len(cold):
        growth.set(grown, float(moments[cold[-1]]))
    durations.skip(len(moments))
    inits.skip(len(cold))
    _leave(moments, ends, cold, working, known, busy, idle)
    return Served(places, ends, cold, levels)


def _room_for_all(
    moments: Floats, working: Floats, idle: Floats, lengths: Floats, inits: Draws, limit: int, keep: float
) -> tuple[Floats, Integers, Integers] | None:
    """When each request ends, which are cold, and the levels, if there is room for all."""
    if len(working) > limit * _NEARLY:
        return None
    cold = np.empty(0, dtype=np.int64)
    for _ in range(_MOST_ROUNDS):
        ends = moments.copy()
        ends[cold] += inits.peek(len(cold))
        ends += lengths
        levels = _levels(moments, ends, working)
        if levels.max() > limit:
            return None
        found = _cold(moments, levels, len(working), idle, keep)
        if np.array_equal(found, cold):
            return ends, cold, levels
        cold = found
    return None


def _room_in_turn(
    moments: Floats, working: Floats, free: int, lengths: Floats, inits: Draws, limit: int
) -> tuple[Integers, Floats, Integers]:
    """Which requests find room, when those end, and which of those are cold. free: warm environments, none of which goes cold."""
    begins = inits.peek(min(max(limit - len(working) - free, 0), len(moments))).tolist()[::-1]
    takes = lengths.tolist()[::-1]
    busy = [*working.tolist(), np.inf]
    heapify(busy)
    places: list[int] = []
    ends: list[float] = []
    cold: list[int] = []
    for place, moment in enumerate(moments.tolist()):
        if busy[0] <= moment:
            end = moment + takes.pop()
            heapreplace(busy, end)
            while busy[0] <= moment:
                heappop(busy)
                free += 1
        elif free:
            free -= 1
            end = moment + takes.pop()
            heappush(busy, end)
        elif begins:
            cold.append(len(places))
            end = moment + begins.pop() + takes.pop()
            heappush(busy, end)
        else:
            continue
        places.append(place)
        ends.append(end)
    return np.asarray(places, dtype=np.int64), np.asarray(ends), np.asarray(cold, dtype=np.int64)


def _levels(moments: Floats, ends: Floats, working: Floats) -> Integers:
    came = np.arange(1, len(moments) + 1)
    ended = np.searchsorted(np.sort(ends), moments, "right") + np.searchsorted(working, moments, "right")
    return np.asarray(len(working) + came - ended)


def _cold(moments: Floats, levels: Integers, working: int, idle: Floats, keep: float) -> Integers:
    """Requests that find no warm environment: only one that brings the level to a new height can be one."""
    before = np.maximum.accumulate(np.concatenate(([working], levels[:-1])))
    heights = np.flatnonzero(levels > before)
    places = len(idle) + working - levels[heights]
    fresh = np.zeros(len(heights), dtype=bool)
    there = places >= 0
    fresh[there] = moments[heights[there]] - idle[places[there]] <= keep
    return np.asarray(heights[~fresh])


def _leave(
    moments: Floats,
    ends: Floats,
    cold: Integers,
    working: Floats,
    known: Floats,
    busy: list[float],
    idle: deque[float],
) -> None:
    """The environments as they stand after the last request: who is at work, and the stack of those that wait."""
    every = np.concatenate((working, ends))
    over = every <= moments[-1]
    busy[:] = np.sort(every[~over]).tolist()
    warm = np.ones(len(moments), dtype=bool)
    warm[cold] = False
    put, taken = every[over], moments[warm]
    times = np.concatenate((put, taken))
    order = np.argsort(times, kind="stable")
    puts = order < len(put)
    heights = len(known) + np.cumsum(np.where(puts, 1, -1))
    lowest = np.minimum.accumulate(heights[::-1])[::-1]
    stays = puts & (heights == lowest)
    untouched = min(len(known), int(lowest[0])) if len(lowest) else len(known)
    idle.clear()
    idle.extend(known[:untouched].tolist())
    idle.extend(times[order[stays]].tolist())
