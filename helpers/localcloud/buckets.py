"""Token buckets, the one shape of all rate limits of AWS: how much may come at once, and how fast the room for more comes back.

Time is a parameter, so that a bucket follows any clock: seconds, of which one before the last is taken for the last.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_BUCKETS = 50_000
_ROUNDING = 1e-9  # sums of fractions come out a trifle short, and a full small bucket would lose the difference
Key = tuple[str, *tuple[Hashable, ...]]


class TokenBucket:
    """``rate`` tokens a second drip in, ``burst`` fit in: what was not used beyond that is not saved up.

    tokens: how many it begins with; full if nothing is said. Not safe for threads by itself; ``Buckets`` is.
    """

    __slots__ = ("_moment", "_tokens", "burst", "rate")

    def __init__(self, rate: float, burst: float, now: float, tokens: float | None = None) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = burst if tokens is None else tokens
        self._moment = now

    def level(self, now: float) -> float:
        """The tokens that there are; negative is a debt."""
        if now > self._moment:
            tokens = self._tokens + (now - self._moment) * self.rate
            self._tokens = tokens if tokens < self.burst else self.burst
            self._moment = now
        return self._tokens

    def take(self, now: float) -> float:
        """Take a token and return 0; or take none and return the seconds until there is one."""
        missing = 1 - self.level(now)
        if missing <= _ROUNDING:
            self._tokens -= 1
            return 0.0
        return missing / self.rate if self.rate else math.inf

    def spend(self, tokens: float, now: float) -> None:
        """Take tokens, whether they are there or not: the coming seconds pay the debt."""
        self.level(now)
        self._tokens -= tokens

    def change(self, rate: float, burst: float) -> None:
        """Go on with another rate and size. What was taken stays taken; a smaller bucket spills what it cannot hold.

        The time since the last look counts at the new rate; who wants it at the old one looks at the level first.
        """
        self.rate, self.burst = rate, burst
        if self._tokens > burst:
            self._tokens = burst


class Buckets:
    """Buckets by key, the first element of which is the account; each is full at first.

    backdated: whether a changed rate counts from the last request on, and not only from the first one that brings it.
    The ones used longest ago are dropped when there are more than ``MOST_BUCKETS``, which leaves them full.
    """

    def __init__(self, *, backdated: bool = False) -> None:
        self._backdated = backdated
        self._buckets: OrderedDict[Key, TokenBucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Key, rate: float, burst: float, now: float) -> float:
        """Take a token from the bucket of ``key``, which has this rate and size from now on: 0, or the seconds until there is one."""
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None:
                bucket = self._buckets[key] = TokenBucket(rate, burst, now)
                if len(self._buckets) > MOST_BUCKETS:
                    self._buckets.popitem(last=False)
            else:
                self._buckets.move_to_end(key)
                if (rate, burst) != (bucket.rate, bucket.burst):
                    if not self._backdated:
                        bucket.level(now)
                    bucket.change(rate, burst)
            return bucket.take(now)

    def forget(self, account: str) -> None:
        """Drop the buckets of an account."""
        self.drop(lambda key: key[0] == account)

    def drop(self, concerned: Callable[[Key], bool]) -> None:
        """Drop the buckets of which ``concerned`` is true."""
        with self._lock:
            for key in [key for key in self._buckets if concerned(key)]:
                del self._buckets[key]
