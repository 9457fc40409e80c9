"""GetCostForecast: the days so far, drawn on in a straight line.

AWS's model knows weeks and seasons and needs more history; this one takes the mean of the last complete days.
Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostForecast.html
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from helpers.localcloud.billing import filters, periods
from helpers.localcloud.billing.charges import Charge
from helpers.localcloud.billing.cost_explorer import Call, bill, total, written
from helpers.localcloud.billing.errors import invalid, refuse_others, unavailable
from helpers.localcloud.billing.meter import DAY, Ledger

LEAST_DAYS = 2
_MOST_DAYS = 30
_METRICS = ("UNBLENDED_COST", "BLENDED_COST", "AMORTIZED_COST", "NET_UNBLENDED_COST", "NET_AMORTIZED_COST")


def daily_costs(ledger: Ledger, now: float, test: Callable[[Charge], bool]) -> list[float]:
    """What each complete day has cost, from the first that cost anything on, at most the last ``_MOST_DAYS``."""
    today = now // DAY * DAY
    found = [
        one for one in bill(ledger, now, today - _MOST_DAYS * DAY, today) if (one.cost or one.missing) and test(one)
    ]
    if not found:
        return []
    first = int(found[0].usage.begin // DAY)
    days: list[list[Charge]] = [[] for _ in range(first, int(today // DAY))]
    for one in found:
        days[int(one.usage.begin // DAY) - first].append(one)
    return [total(day) for day in days]


def get_cost_forecast(call: Call) -> dict[str, Any]:
    """What the account will cost, by day or month.

    Raises: ``DataUnavailableException`` before ``LEAST_DAYS`` days are complete, from the first that cost anything on.
    """
    asked = call.asked
    refuse_others(
        asked, ("TimePeriod", "Metric", "Granularity", "Filter", "PredictionIntervalLevel"), "GetCostForecast"
    )
    if asked.get("Metric") not in _METRICS:
        raise invalid(f"Metric must be one of {', '.join(_METRICS)}, not {asked.get('Metric')}")
    granularity = asked.get("Granularity")
    if granularity not in ("DAILY", "MONTHLY"):
        raise invalid(f"GetCostForecast serves DAILY and MONTHLY granularity only, not {granularity}")
    level = asked.get("PredictionIntervalLevel")
    if level is not None and not 51 <= level <= 99:
        raise invalid("PredictionIntervalLevel must be between 51 and 99")
    start, end = periods.read(asked.get("TimePeriod") or {}, call.now)
    if start < call.now // DAY * DAY:
        raise invalid("Start date must be today or later")
    days = daily_costs(call.ledger, call.now, filters.read(asked.get("Filter"), call.ledger.account))
    if len(days) < LEAST_DAYS:
        raise unavailable("Insufficient amount of historical data to generate forecast.")
    results = [_result(days, span, level) for span in periods.cut((start, end), granularity)]
    mean = statistics.fmean(days) * (end - start) / DAY
    return {"Total": {"Amount": written(mean), "Unit": "USD"}, "ForecastResultsByTime": results}


def _result(days: Sequence[float], span: periods.Span, level: int | None) -> dict[str, Any]:
    length = (span[1] - span[0]) / DAY
    mean = statistics.fmean(days) * length
    told = {"TimePeriod": periods.write(span), "MeanValue": written(mean)}
    if level is None:
        return told
    reach = statistics.NormalDist().inv_cdf(0.5 + level / 200) * statistics.stdev(days) * math.sqrt(length)
    bounds = {
        "PredictionIntervalLowerBound": written(max(0.0, mean - reach)),
        "PredictionIntervalUpperBound": written(mean + reach),
    }
    return {**told, **bounds}
