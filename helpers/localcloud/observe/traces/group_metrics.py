"""How many traces each group found in a minute, told to CloudWatch as the minute ends.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-groups.html#xray-console-group-cloudwatch
"""

from __future__ import annotations

import datetime as dt
import threading

from helpers.localcloud import metrics
from helpers.localcloud.observe import context
from helpers.localcloud.observe.traces.assembly import assemble
from helpers.localcloud.observe.traces.errors import InvalidRequest
from helpers.localcloud.observe.traces.groups import DEFAULT, GROUPS
from helpers.localcloud.observe.traces.kept import PerAccount
from helpers.localcloud.observe.traces.matching import compiled
from helpers.localcloud.observe.traces.store import gathered

NAMESPACE, METRIC = "AWS/X-Ray", "ApproximateTraceCount"
_MINUTE = 60.0


class Meter:
    """Counts for the groups of one account and Region; it wakes only in minutes in which traces came."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self._lock = threading.Lock()
        self._awake = False

    def wake(self, now: float) -> None:
        """Count when the minute of ``now`` ends."""
        with self._lock:
            if self._awake:
                return
            self._awake = True
        end = (now // _MINUTE + 1) * _MINUTE
        context().schedule.at(end, self._account, lambda: self._tell(end - _MINUTE, end))

    def _tell(self, start: float, end: float) -> None:
        with self._lock:
            self._awake = False
        received = gathered(self._account, self._region).all(end)
        traces = [(one.arrived, assemble(one)) for one in received if start <= one.arrived < end]
        groups = GROUPS.of(self._account, self._region)
        for group in groups.all():
            if group.name == DEFAULT:
                continue
            try:
                found = compiled(group.expression, groups.expression) if group.expression else None
            except InvalidRequest:  # it names a group that is gone
                continue
            count = sum(1 for moment, trace in traces if moment >= group.made and (found is None or found(trace)))
            if count:
                minute = dt.datetime.fromtimestamp(start, dt.UTC)
                metrics.emit(
                    self._account, self._region, NAMESPACE, {"GroupName": group.name}, {METRIC: count}, now=minute
                )


METERS = PerAccount(Meter)


def arrived(account: str, region: str, now: float) -> None:
    """A document came: its minute is counted, if there are groups to count for."""
    if GROUPS.of(account, region).any_made:
        METERS.of(account, region).wake(now)
