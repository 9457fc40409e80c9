"""Token buckets: how many requests may come at once, and how fast the room for more comes back.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_BUCKETS = 50_000
_ROUNDING = 1e-9  # sums of fractions come out a trifle short, and a full small bucket would lose the difference
Key = tuple[str, *tuple[Hashable, ...]]


class TokenBucket:
    """One bucket, full at first. rate: tokens per second. burst: the most it holds. now: seconds of a clock that never goes back.

    Time is a parameter, so that a bucket follows any clock. Not safe for threads by itself; ``Buckets`` is.
    """

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self.tokens = float(burst)
        self._since = now

    def change(self, rate: float, burst: float, now: float) -> None:
        """Go on with another rate and size. What was drawn stays drawn; a smaller bucket spills what it cannot hold."""
        if (rate, burst) != (self.rate, self.burst):
            self._fill(now)
            self.rate, self.burst = rate, burst
            self.tokens = min(self.tokens, float(burst))

    def take(self, now: float) -> bool:
        """Draw one token; false when there is none."""
        self._fill(now)
        if self.tokens < 1 - _ROUNDING:
            return False
        self.tokens -= 1
        return True

    def _fill(self, now: float) -> None:
        if now > self._since:
            self.tokens = min(float(self.burst), self.tokens + (now - self._since) * self.rate)
            self._since = now


class Buckets:
    """Buckets by key, the first element of which is the account; all share one clock. now: seconds, never going back.

    The ones used longest ago are dropped when there are more than ``MOST_BUCKETS``.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._buckets: OrderedDict[Key, TokenBucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Key, rate: float, burst: float) -> bool:
        """Draw a token from the bucket of ``key``, which has this rate and size from now on."""
        with self._lock:
            now = self._now()
            bucket = self._buckets.get(key)
            if bucket is None:
                bucket = self._buckets[key] = TokenBucket(rate, burst, now)
                if len(self._buckets) > MOST_BUCKETS:
                    self._buckets.popitem(last=False)
            else:
                self._buckets.move_to_end(key)
                bucket.change(rate, burst, now)
            return bucket.take(now)

    def forget(self, account: str) -> None:
        """Drop the buckets of an account."""
        self.drop(lambda key: key[0] == account)

    def drop(self, concerned: Callable[[Key], bool]) -> None:
        """Drop the buckets of which ``concerned`` is true."""
        with self._lock:
            for key in [key for key in self._buckets if concerned(key)]:
                del self._buckets[key]
