"""Token buckets, the one shape of all rate limits of AWS.

The models, which know no server, have a class of their own because they also ask a bucket what a whole array of moments would leave in it.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_NEARLY_NONE = 1e-6


class TokenBucket:
    """``rate`` tokens a second drip in, ``size`` fit in; it begins full. Moments are seconds and never go back."""

    __slots__ = ("moment", "rate", "size", "tokens")

    def __init__(self, rate: float, size: float) -> None:
        self.rate = rate
        self.size = size
        self.tokens = size
        self.moment = 0.0

    def take(self, moment: float, count: float = 1.0) -> bool:
        """Take ``count`` tokens if there are that many."""
        tokens = self.tokens + (moment - self.moment) * self.rate
        if tokens > self.size:
            tokens = self.size
        self.moment = moment
        if tokens < count:
            self.tokens = tokens
            return False
        self.tokens = tokens - count
        return True

    def after(self, moments: npt.NDArray[np.float64]) -> float | None:
        """How many tokens are left when one is taken at each of ``moments``; ``None`` when one of them finds none, or nearly none. Nothing is taken."""
        if not len(moments):
            return self.tokens
        untopped = self.tokens + (moments - self.moment) * self.rate - np.arange(1, len(moments) + 1)
        over = untopped + 1 - self.size
        most_over = np.maximum.accumulate(over)
        if (untopped - np.maximum(most_over, 0)).min() < _NEARLY_NONE:
            return None
        # Since it was last full, the sums that take would have made, in their order: rounded otherwise, a token that is just there would be just missing.
        full = np.flatnonzero((over == most_over) & (over > 0))
        since, tokens = (full[-1] + 1, self.size - 1) if len(full) else (0, self.tokens)
        steps = np.full((len(moments) - since, 2), -1.0)
        steps[:, 0] = (np.diff(moments, prepend=self.moment) * self.rate)[since:]
        return float(np.add.accumulate(np.append(tokens, steps))[-1])

    def set(self, tokens: float, moment: float) -> None:
        """There are ``tokens`` at ``moment``."""
        self.tokens = tokens
        self.moment = moment
