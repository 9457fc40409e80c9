"""The bucket of a capacity: so many units a second, and what was not used of them is kept for five minutes.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
"""

from __future__ import annotations

from helpers.localcloud.buckets import TokenBucket

BURST_SECONDS = 300


def begin(rate: float, now: float) -> TokenBucket:
    """The bucket of ``rate`` units a second.

    It begins with the units of one second: AWS does not say how much a table has when it is made, and one that was just made has saved nothing up yet.
    Requests ``spend`` from it, because their size is known only after they were carried out.
    """
    return TokenBucket(rate, rate * BURST_SECONDS, now, tokens=rate)


def change(bucket: TokenBucket, rate: float, now: float) -> None:
    """From now on ``rate`` units a second; what is saved up stays, as far as it fits in."""
    bucket.level(now)
    bucket.change(rate, rate * BURST_SECONDS)
