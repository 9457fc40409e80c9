"""Travelling in time: from appointment to appointment, so that five minutes at once bring what five minutes would have brought.

A retry after one minute may fail and ask for another after two. A jump of five minutes would skip the second: instead the clock stops at each appointment, and
waits for the work that it starts.
"""

from __future__ import annotations

import time

from helpers.localcloud.context import CloudContext

PATIENCE_SECONDS = 60.0
MOST_STOPS = 5_000
_TICK = 0.001


def travel(context: CloudContext, seconds: float) -> None:
    """Move virtual time forward by ``seconds`` and let all that falls due on the way happen in its order.

    Work that has not ended after ``PATIENCE_SECONDS`` of real time, over the whole way, is left running, and the clock goes on without it; so it does after
    ``MOST_STOPS`` stops.
    Raises: ``CourseError`` for a step that the clock refuses.
    """
    clock, schedule, work = context.clock, context.schedule, context.work
    clock.check_step(seconds)
    arrival = clock.timestamp() + seconds
    give_up = time.monotonic() + PATIENCE_SECONDS
    for _ in range(MOST_STOPS):
        work.wait_until_idle(max(0.0, give_up - time.monotonic()))
        due = schedule.next_moment()
        if due is None or due >= arrival:
            break
        clock.advance(max(0.0, due - clock.timestamp()) + _TICK)
        schedule.run_due()
    clock.advance(max(0.0, arrival - clock.timestamp()))
    schedule.run_due()
    work.wait_until_idle(max(0.0, give_up - time.monotonic()))
