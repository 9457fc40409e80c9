"""Budgets over time: what each has spent, and its notifications, looked at three times a day on the virtual clock.

Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
"""

from __future__ import annotations

import datetime as dt
import logging
import statistics
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.billing import budget_rules, filters, forecasts
from helpers.localcloud.billing.budget_letters import notify
from helpers.localcloud.billing.cost_explorer import bill, total
from helpers.localcloud.billing.errors import BillingError
from helpers.localcloud.billing.meter import DAY, HOUR, Ledger, ledger_of
from helpers.localcloud.context import CloudContext

LOOKS_EVERY = 8 * HOUR
_FOREVER = 3706473600.0  # 2087-06-15, which AWS gives to a budget without an end
_log = logging.getLogger(__name__)


@dataclass
class Notice:
    """A notification and who gets it. alarmed_in: the beginning of the period in which it was last sent."""

    settings: dict[str, Any]
    subscribers: list[dict[str, str]]
    alarmed_in: float | None = None


@dataclass
class Budget:
    """A budget. settings: as they were checked. updated: when, in seconds since 1970."""

    settings: dict[str, Any]
    updated: float
    notices: list[Notice] = field(default_factory=list)

    @property
    def begins(self) -> float:
        """When its first period begins."""
        given = (self.settings.get("TimePeriod") or {}).get("Start")
        return float(given) if given else _period(self.settings["TimeUnit"], self.updated)[0]

    @property
    def ends(self) -> float:
        """When it ends."""
        return float((self.settings.get("TimePeriod") or {}).get("End") or _FOREVER)

    @property
    def limit(self) -> float:
        """USD that may be spent in a period."""
        return float(self.settings["BudgetLimit"]["Amount"])


@dataclass(frozen=True)
class Spend:
    """USD spent in a period so far, and expected at its end where there is enough to tell from."""

    actual: float
    forecast: float | None


_budgets: dict[str, dict[str, Budget]] = {}
_watched: set[str] = set()
_contexts: list[CloudContext] = []


def install(context: CloudContext) -> None:
    """Watch the budgets of this server."""
    _contexts.append(context)
    context.on_reset.append(_forget)
    context.on_close.append(lambda: _contexts.remove(context))


def budgets_of(account: str) -> dict[str, Budget]:
    """The budgets of an account by name."""
    return _budgets.setdefault(account, {})


def period(budget: Budget, now: float) -> tuple[float, float]:
    """Begin and end of the budget's period that ``now`` lies in."""
    return _period(budget.settings["TimeUnit"], now)


def spend(ledger: Ledger, budget: Budget, now: float) -> Spend:
    """What a budget has spent in its period, and what it will have: the rest of the days cost what the last ones did.

    Raises: ``BillingError`` when a price is not known.
    """
    begin, end = period(budget, now)
    test = filters.read(budget_rules.expression(budget.settings), ledger.account)
    actual = total([one for one in bill(ledger, now, max(begin, budget.begins), min(end, budget.ends)) if test(one)])
    days = forecasts.daily_costs(ledger, now, test)
    if len(days) < forecasts.LEAST_DAYS:
        return Spend(actual, None)
    return Spend(actual, actual + statistics.fmean(days) * max(0.0, end - now) / DAY)


def watch(account: str) -> None:
    """Look at the budgets of an account from now on, as long as any of them has notifications."""
    if account not in _watched and any(one.notices for one in budgets_of(account).values()):
        _watched.add(account)
        _contexts[-1].schedule.after(LOOKS_EVERY, account, lambda: _look(account))


def _look(account: str) -> None:
    _watched.discard(account)
    now = _contexts[-1].clock.timestamp()
    for budget in list(budgets_of(account).values()):
        if budget.notices and budget.begins <= now < budget.ends:
            try:
                _evaluate(account, budget, now)
            except BillingError as why:
                _log.warning("the budget %s of %s cannot be evaluated: %s", budget.settings["BudgetName"], account, why)
    watch(account)


def _evaluate(account: str, budget: Budget, now: float) -> None:
    begin, _ = period(budget, now)
    waiting = [one for one in budget.notices if one.alarmed_in != begin]
    if not waiting:
        return
    found = spend(ledger_of(account), budget, now)
    for notice in waiting:
        kind = notice.settings["NotificationType"]
        value = found.actual if kind == "ACTUAL" else found.forecast
        threshold = notice.settings["Threshold"]
        if notice.settings["ThresholdType"] == "PERCENTAGE":
            threshold *= budget.limit / 100
        if value is not None and _holds(value, notice.settings["ComparisonOperator"], threshold):
            notice.alarmed_in = begin
            notify(account, budget.settings, notice.settings, notice.subscribers, value, threshold, now)


def _holds(value: float, operator: str, threshold: float) -> bool:
    if operator == "GREATER_THAN":
        return value > threshold
    return value < threshold if operator == "LESS_THAN" else value == threshold


def _period(unit: str, now: float) -> tuple[float, float]:
    day = dt.datetime.fromtimestamp(now, dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "DAILY":
        return day.timestamp(), day.timestamp() + DAY
    months = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12}[unit]
    first = (day.month - 1) // months * months
    begin, after = day.replace(day=1, month=first + 1), first + months
    end = begin.replace(year=day.year + after // 12, month=after % 12 + 1)
    return begin.timestamp(), end.timestamp()


def _forget(account: str) -> None:
    _budgets.pop(account, None)
    _watched.discard(account)
